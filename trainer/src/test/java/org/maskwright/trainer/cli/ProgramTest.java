package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProgramTest {
  @Test
  void theProgramIsNamedAsItCanBeTypedWhereTheUserIs() {
    Path home = Path.of("/opt/maskwright-src");
    assertEquals("./maskwright", Program.name(home, home));
    assertEquals("/opt/maskwright-src/maskwright", Program.name(home, Path.of("/data")));
    assertEquals("maskwright", Program.name(null, home));
  }
}

package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictCommandTest {
  @Test
  void photographsOfOneNameDoNotOverwriteEachOthersResults() {
    List<Path> files =
        List.of(Path.of("a/x.jpg"), Path.of("b/x.png"), Path.of("x-2.jpg"), Path.of("b/y.jpg"));
    assertEquals(List.of("x", "x-2", "x-2-2", "y"), PredictCommand.outputNames(files));
  }
}

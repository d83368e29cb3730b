package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MaskwrightTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void helpListsExitCodesOnStandardOutput() {
    assertEquals(0, run("--help"));
    for (String line :
        List.of("0     success", "3     configuration", "5     training diverged", "130 ")) {
      assertTrue(out.toString().contains(line), out.toString());
    }
    assertEquals("", err.toString());
  }

  @Test
  void versionNamesEveryEngineFilledInByTheBuild() {
    assertEquals(0, run("--version"));
    for (String name : List.of("maskwright 0.", "torch", "nd4j", "javacpp", "java", "os")) {
      assertTrue(out.toString().contains(name), out.toString());
    }
    assertFalse(out.toString().contains("${"), out.toString());
  }

  @Test
  void wrongUsageIsExitCodeTwoWithOneLineAndAWayOn() {
    assertEquals(2, run("--jsn"));
    assertEquals("", out.toString());
    assertTrue(err.toString().contains("--jsn"), err.toString());
    assertTrue(err.toString().contains("Try 'maskwright --help'"), err.toString());
  }

  @Test
  void noCommandIsWrongUsage() {
    assertEquals(2, run());
    assertTrue(err.toString().contains("a command is missing"), err.toString());
  }
}

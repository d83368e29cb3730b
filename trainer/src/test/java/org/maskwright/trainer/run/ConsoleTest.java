package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
  private static final String ERASED = "\r\u001b[K";

  private final StringWriter text = new StringWriter();
  private final Console console = new Console(new PrintWriter(text), 80);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 20, 40, 50, 80, 200})
  void aBarAndTheSignOfAnInterruptionFitTheTerminal(int columns) {
    for (String beside : new String[] {"", "loss=12.345 1:23:45 left", "x".repeat(300)}) {
      String bar = Console.bar("training", 123_456, 160_000, beside, columns);
      assertTrue((bar + "^C").length() < Math.max(3, columns), columns + ": " + bar);
    }
  }

  @Test
  void theBarGivesWayBeforeWhatIsBesideIt() {
    assertEquals(
        "training [############------------] 5/10 loss=1.000 0:05 left",
        Console.bar("training", 5, 10, "loss=1.000 0:05 left", 80));
    assertEquals(
        "training [###---] 5/10 loss=1.0 0:05 left",
        Console.bar("training", 5, 10, "loss=1.0 0:05 left", 44));
    assertEquals(
        "training 5/10 loss=1.000 0:05 left",
        Console.bar("training", 5, 10, "loss=1.000 0:05 left", 42));
  }

  @Test
  void aNameWithAnEscapeCodeStaysInTheLine() {
    assertEquals("predicting 1/2 a?[2J?b", Console.bar("predicting", 1, 2, "a\u001b[2J\nb", 25));
  }

  @Test
  void aClosedConsoleLeavesNoBarInTheLine() {
    console.progress("training", 1, 3, "");
    console.close();
    assertTrue(text.toString().endsWith(ERASED), text.toString());
    console.progress("training", 2, 3, "");
    assertTrue(text.toString().endsWith(ERASED), text.toString());
  }

  @Test
  void theLastStepLeavesNoBarInTheLine() {
    console.progress("training", 1, 2, "");
    console.progress("training", 2, 2, "");
    assertTrue(text.toString().endsWith(ERASED), text.toString());
  }

  @Test
  void aLineAfterABarStandsAtTheLinesStart() {
    console.progress("training", 1, 3, "");
    console.line("step=1");
    assertTrue(text.toString().endsWith(ERASED + "step=1" + System.lineSeparator()));
  }

  @Test
  void whereThereIsNoTerminalNoBarIsDrawn() {
    Console plain = new Console(new PrintWriter(text), false);
    plain.progress("training", 1, 3, "");
    plain.line("step=1");
    assertFalse(text.toString().contains("\u001b"));
  }
}

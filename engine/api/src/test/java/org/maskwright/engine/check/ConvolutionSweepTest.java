package org.maskwright.engine.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.check.ConvolutionCase.Order;
import org.maskwright.engine.check.ConvolutionResult.Part;
import org.maskwright.engine.check.SweepProcess.Form;
import org.maskwright.engine.check.SweepProcess.Report;

class ConvolutionSweepTest {
  private static final ConvolutionCase CASE =
      new ConvolutionCase(2, 3, 4, 5, 6, 3, 2, 1, 1, Order.ROWS);

  @Test
  void aNumberIsRightOnlyIfItIsThatOfFloat64ButForRounding() {
    ConvolutionReference reference = new ConvolutionReference(CASE);
    // The bias gradient of channel 0 by hand.
    double sum = 0;
    int pixels = CASE.outHeight() * CASE.outWidth();
    for (int b = 0; b < 2; b++) {
      for (int p = 0; p < pixels; p++) {
        sum += reference.grad[b * 4 * pixels + p];
      }
    }
    float right = (float) sum;
    assertTrue(reference.error(Part.BIAS_GRADIENT, 0, right) <= ConvolutionSweep.TOLERANCE / 10);
    assertTrue(reference.error(Part.BIAS_GRADIENT, 0, right + 1e-3f) > ConvolutionSweep.TOLERANCE);
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertEquals(
          Double.POSITIVE_INFINITY, reference.error(Part.WEIGHT_GRADIENT, 0, wrong), "" + wrong);
    }
  }

  @Test
  void anElementThatNothingReachesIsExactlyZero() {
    // Stride 2 of a 1x1 kernel: no window covers the second pixel.
    ConvolutionReference reference =
        new ConvolutionReference(new ConvolutionCase(1, 1, 1, 3, 3, 1, 2, 0, 1, Order.ROWS));
    assertEquals(0, reference.error(Part.INPUT_GRADIENT, 1, 0));
    assertEquals(Double.POSITIVE_INFINITY, reference.error(Part.INPUT_GRADIENT, 1, 1e-30f));
    assertEquals(Double.POSITIVE_INFINITY, reference.error(Part.INPUT_GRADIENT, 1, Float.NaN));
  }

  @Test
  void theFormsHoldEachCaseOnceAndTheFullOneIsWider() {
    List<ConvolutionCase> small = ConvolutionSweep.shortCases();
    List<ConvolutionCase> full = ConvolutionSweep.fullCases();
    assertEquals(small.size(), new HashSet<>(small).size());
    assertEquals(full.size(), new HashSet<>(full).size());
    assertTrue(full.size() > small.size());
    for (List<ConvolutionCase> cases : List.of(small, full)) {
      for (Order order : Order.values()) {
        for (int kernel : new int[] {1, 3, 7}) {
          for (int stride : new int[] {1, 2}) {
            assertTrue(
                cases.stream()
                    .anyMatch(
                        c -> c.order() == order && c.kernel() == kernel && c.stride() == stride));
          }
        }
      }
      assertTrue(cases.stream().anyMatch(c -> c.groups() > 1));
    }
  }

  @Test
  void aProcessThatEndsEarlyIsReportedWithWhatItSaid() throws IOException {
    Report report = SweepProcess.run("no-such-engine", 1, Form.SHORT, Map.of());
    assertFalse(report.isRight());
    assertEquals(0, report.cases());
    assertTrue(report.death().contains("no-such-engine"), report.death());
  }
}

package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.loss.CriterionSettings.Dense;
import org.maskwright.trainer.loss.CriterionSettings.PerPixel;
import org.maskwright.trainer.loss.CriterionSettings.Points;

class CriterionSettingsTest {
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  private static void assertRefused(String start, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call, start).getMessage();
    assertTrue(message.startsWith(start), message);
  }

  @Test
  void theBoundsOfTheRangesAreTaken() {
    new Points(1, 0, 0, 0, 1, 1, 0);
    new Points(0, 1, 0, 0, 1, 1, 1);
    new Points(0, 0, 1, 0, 1, 1, 0);
    new Points(1, 1, 0, 0, 1, 1, 0);
    new Points(1, 0, 1, 0, 1, 1, 0);
    new Dense(1, 0, 0, 0, 0, 0);
    new Dense(1, 0, 0, 0, 1, 0);
    new PerPixel(Double.MIN_VALUE);
  }

  @Test
  void aWeightThatIsNegativeOrNotFiniteIsRefusedByItsName() {
    for (double w : new double[] {-1, Double.NaN, INFINITE}) {
      String expected = ": expected a finite weight >= 0, got " + w;
      assertRefused("classWeight" + expected, () -> new Points(w, 1, 1, 1, 1, 1, 0));
      assertRefused("maskWeight" + expected, () -> new Points(1, w, 1, 1, 1, 1, 0));
      assertRefused("diceWeight" + expected, () -> new Points(1, 1, w, 1, 1, 1, 0));
      assertRefused("noObjectWeight" + expected, () -> new Points(1, 1, 1, w, 1, 1, 0));
      assertRefused("classWeight" + expected, () -> new Dense(w, 1, 1, 1, 0, 0));
      assertRefused("maskWeight" + expected, () -> new Dense(1, w, 1, 1, 0, 0));
      assertRefused("diceWeight" + expected, () -> new Dense(1, 1, w, 1, 0, 0));
      assertRefused("noObjectWeight" + expected, () -> new Dense(1, 1, 1, w, 0, 0));
      assertRefused("weight" + expected, () -> new PerPixel(w));
    }
  }

  @Test
  void weightsWithWhichNothingWouldBeLearntAreRefused() {
    assertRefused("classWeight: expected a weight above 0", () -> new Points(0, 0, 0, 1, 1, 1, 0));
    assertRefused("classWeight: expected a weight above 0", () -> new Dense(0, 0, 0, 1, 0, 0));
    assertRefused("weight: expected a weight above 0", () -> new PerPixel(0));
  }

  @Test
  void constantsOutOfTheirRangeAreRefusedByTheirName() {
    assertRefused("points: expected at least 1, got 0", () -> new Points(1, 1, 1, 1, 0, 1, 0));
    for (double less : new double[] {Math.nextDown(1.0), Double.NaN}) {
      assertRefused(
          "oversample: expected at least 1, got " + less, () -> new Points(1, 1, 1, 1, 1, less, 0));
    }
    for (double share : new double[] {-0.1, Math.nextUp(1.0), Double.NaN}) {
      assertRefused("importance: expected a share", () -> new Points(1, 1, 1, 1, 1, 1, share));
      assertRefused("focalAlpha: expected a value", () -> new Dense(1, 1, 1, 1, share, 0));
    }
    for (double gamma : new double[] {-0.1, Double.NaN}) {
      assertRefused("focalGamma: expected at least 0", () -> new Dense(1, 1, 1, 1, 0, gamma));
    }
  }

  @Test
  void whatAFileOfWeightsSaysOfTheLossAreItsSettings() {
    assertEquals(
        Optional.of(
            new TrainedLoss(
                1, 2, 3, 4, Optional.of(new TrainedLoss.Points(5, 6, 0.7)), Optional.empty())),
        new Points(1, 2, 3, 4, 5, 6, 0.7).trained());
    assertEquals(
        Optional.of(
            new TrainedLoss(
                1, 2, 3, 4, Optional.empty(), Optional.of(new TrainedLoss.Focal(0.5, 6)))),
        new Dense(1, 2, 3, 4, 0.5, 6).trained());
    assertEquals(Optional.empty(), new PerPixel(1).trained());
  }
}

package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
  private static final String[] NAMES = {
    "learningRate",
    "backboneMultiplier",
    "weightDecay",
    "weightDecayNorm",
    "beta1",
    "beta2",
    "epsilon",
    "clipNorm",
    "emaDecay"
  };

  /** Largest values below 1 and smallest above 0 where the bound itself is refused. */
  private static final double BELOW_ONE = Math.nextDown(1.0);

  private static OptimizerSettings of(double... v) {
    return new OptimizerSettings(
        v[0],
        v[1],
        LayerDecay.NONE,
        v[2],
        v[3],
        v[7],
        v[8],
        new AdamW.Settings(v[4], v[5], v[6]),
        new Plain.Settings());
  }

  @Test
  void theBoundsOfTheRangesAreTaken() {
    of(0, 0, 0, 0, 0, 0, Double.MIN_VALUE, 0, 0);
    of(9, 9, 9, 9, BELOW_ONE, BELOW_ONE, 9, 9, BELOW_ONE);
  }

  @Test
  void aNumberOutOfItsRangeIsRefusedByItsName() {
    double tiny = -Double.MIN_VALUE;
    double[][] wrong = {
      {tiny}, {tiny}, {tiny}, {tiny}, {tiny, 1}, {tiny, 1}, {0, tiny}, {tiny}, {tiny, 1}
    };
    for (int i = 0; i < NAMES.length; i++) {
      for (double value : wrong[i]) {
        assertRefused(i, value);
      }
      assertRefused(i, Double.NaN);
      assertRefused(i, Double.POSITIVE_INFINITY);
    }
  }

  @Test
  void aDecayOutOfItsRangeIsRefused() {
    for (double factor : new double[] {0, -0.5, 1.001, Double.NaN}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new LayerDecay(factor, 0))
              .getMessage();
      assertTrue(message.startsWith("factor: expected a number in (0,1]"), message);
    }
    assertThrows(IllegalArgumentException.class, () -> new LayerDecay(0.5, -1));
    assertTrue(new LayerDecay(1, 4).isNone());
  }

  private static void assertRefused(int i, double value) {
    double[] values = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    values[i] = value;
    String message =
        assertThrows(IllegalArgumentException.class, () -> of(values), NAMES[i]).getMessage();
    assertTrue(message.startsWith(NAMES[i] + ": expected a number "), message);
    assertEquals("got " + value, message.substring(message.indexOf("got ")));
  }
}

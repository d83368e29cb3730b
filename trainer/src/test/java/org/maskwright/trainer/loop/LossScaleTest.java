package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.Precision;

/** The rule of PyTorch's GradScaler, by its published numbers. */
class LossScaleTest {
  private static LossScale scale() {
    return LossScale.of(Precision.FP16).orElseThrow();
  }

  private static LossScale at(double factor, int taken) {
    LossScale scale = scale();
    scale.resume(new LossScale.State(factor, taken));
    return scale;
  }

  @Test
  void onlyFloat16ScalesLosses() {
    assertEquals(Optional.empty(), LossScale.of(Precision.FP32));
    assertEquals(Optional.empty(), LossScale.of(Precision.BF16));
    assertEquals(65536, scale().factor());
  }

  @Test
  void itDoublesAfterTwoThousandStepsInARow() {
    LossScale scale = scale();
    for (int i = 0; i < 1999; i++) {
      scale.taken();
    }
    assertEquals(new LossScale.State(65536, 1999), scale.state());
    scale.taken();
    assertEquals(new LossScale.State(131072, 0), scale.state());
  }

  @Test
  void aGradientThatIsNotFiniteHalvesItAndTheRowBeginsAnew() {
    LossScale scale = at(65536, 1999);
    assertTrue(scale.lowered());
    assertEquals(new LossScale.State(32768, 0), scale.state());
    scale.taken();
    assertEquals(32768, scale.factor());
  }

  @Test
  void itEndsAtOne() {
    LossScale scale = at(2, 0);
    assertTrue(scale.lowered());
    assertEquals(1, scale.factor());
    assertFalse(scale.lowered());
    assertEquals(1, scale.factor());
  }

  @Test
  void itNeverGrowsToInfinityInFloat32() {
    LossScale scale = at(0x1p127, 1999);
    scale.taken();
    assertEquals(new LossScale.State(0x1p127, 0), scale.state());
  }

  @Test
  void aStateThatNoRunCanReachIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LossScale.State(0.5, 0));
    assertThrows(IllegalArgumentException.class, () -> new LossScale.State(Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> new LossScale.State(2, 2000));
    assertThrows(IllegalArgumentException.class, () -> new LossScale.State(2, -1));
  }
}

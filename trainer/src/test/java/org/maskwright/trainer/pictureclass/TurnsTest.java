package org.maskwright.trainer.pictureclass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.config.EngineSettings;

/** Quarter turns of pictures. */
class TurnsTest {
  /** As numpy.rot90 of [[1,2],[3,4]], counterclockwise. */
  @Test
  void rowsAreTurnedCounterclockwise() {
    try (Engine engine = EngineSettings.open(EngineOptions.DEFAULT.withThreads(1));
        Scope scope = engine.scope()) {
      Tensor turned = Turns.of(new float[] {1, 2, 3, 4}, 1, 1, 2, 2).padded(engine, 2);
      assertArrayEquals(
          new float[] {1, 2, 3, 4, 2, 4, 1, 3, 4, 3, 2, 1, 3, 1, 4, 2}, turned.toFloats());
    }
  }

  @Test
  void ofAWidePictureTheSquareInTheMiddleIsTurned() {
    try (Engine engine = EngineSettings.open(EngineOptions.DEFAULT.withThreads(1));
        Scope scope = engine.scope()) {
      float[] wide = {9, 1, 2, 9, 9, 3, 4, 9};
      Tensor turned = Turns.of(wide, 1, 1, 2, 4).padded(engine, 3);
      float[] first = turned.slice(0, 0, 1).toFloats();
      assertArrayEquals(new float[] {1, 2, 0, 3, 4, 0, 0, 0, 0}, first);
    }
  }

  /** Two rows; the second by hand: t = (0.05, 0.95) of log (0.25, 0.75). */
  @Test
  void theLossIsTheCrossEntropyWithSmoothedLabels() {
    try (Engine engine = EngineSettings.open(EngineOptions.DEFAULT.withThreads(1));
        Scope scope = engine.scope()) {
      Tensor logits = engine.floats(new float[] {0, 0, 0, (float) Math.log(3)}, 2, 2);
      double plain = LabelsTask.crossEntropy(logits, new int[] {0, 1}, 0, 2).toFloats()[0];
      assertEquals(-(Math.log(0.5) + Math.log(0.75)) / 2, plain, 1e-6);
      double smooth = LabelsTask.crossEntropy(logits, new int[] {0, 1}, 0.1, 2).toFloats()[0];
      double second = 0.05 * Math.log(0.25) + 0.95 * Math.log(0.75);
      assertEquals(-(Math.log(0.5) + second) / 2, smooth, 1e-6);
    }
  }
}

package org.maskwright.trainer.pictureclass;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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
}

package org.maskwright.trainer.loss;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** The middles of the cells of a grid. */
final class GridPoints {
  private static final float MIDDLE = 0.5f;

  private GridPoints() {}

  /** [1,h*w,2], row by row, as (x,y) in [0,1]. */
  static Tensor of(Engine engine, int height, int width) {
    float[] out = new float[Math.multiplyExact(2, Math.multiplyExact(height, width))];
    for (int i = 0; i < height * width; i++) {
      int row = i / width;
      out[2 * i] = (i - row * width + MIDDLE) / width;
      out[2 * i + 1] = (row + MIDDLE) / height;
    }
    return engine.floats(out, 1, (long) height * width, 2);
  }
}

package org.maskwright.engine.fused;

import org.maskwright.engine.tensor.Tensor;

/**
 * Bilinear samples of images at points in continuous coordinates: pixel centres at +0.5, zero
 * outside the image.
 */
public final class PointSampling {
  private PointSampling() {}

  /**
   * Samples every channel at every point of its image.
   *
   * <p><b>Shapes</b> x [N,C,H,W], points [N,P,2] as (x,y) in [0,1] (0 and 1 are the outer edges);
   * result [N,C,P]
   *
   * <p><b>Source</b> PointRend (arXiv 1912.08193), section 3.1: grid = 2 * points - 1
   */
  public static Tensor sample(Tensor x, Tensor points) {
    if (points.rank() != 3 || points.size(2) != 2) {
      throw new IllegalArgumentException("pointSample: expected points [N,P,2], got " + points);
    }
    return x.engine()
        .tidy(
            scope ->
                x.gridSample(points.mul(2).sub(1).unsqueeze(2)).squeeze(3)); // [N,C,P,1] -> [N,C,P]
  }

  /** The middles of a grid's cells, row by row, as (x,y) in [0,1]: points [h*w,2]. */
  public static float[] middles(int height, int width) {
    float[] out = new float[Math.multiplyExact(2, Math.multiplyExact(height, width))];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        out[at++] = (x + 0.5f) / width;
        out[at++] = (y + 0.5f) / height;
      }
    }
    return out;
  }
}

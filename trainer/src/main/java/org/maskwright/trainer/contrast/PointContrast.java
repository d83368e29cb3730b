package org.maskwright.trainer.contrast;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Points of a region of one view are told by points of the same region of the other view among
 * points elsewhere.
 *
 * <p><b>Maths</b> of a point q with the points p of its region and the others n, s = q . x / T: -(T
 * / T_base) mean over p of (s_p - log(sum over p and n of exp(s)))
 *
 * <p><b>Source</b> SupCon (arXiv 2004.11362), as PLRC (arXiv 2202.04639) has it
 */
final class PointContrast {
  /** In place of the score of a point that is not there. */
  static final float NEVER = -1e9f;

  private final double temperature;
  private final double base;

  /**
   * @param temperature T
   * @param base T_base
   */
  PointContrast(double temperature, double base) {
    this.temperature = temperature;
    this.base = base;
  }

  /**
   * Losses [B] where the others are points of other regions of the same picture.
   *
   * @param queries [B,P,D], of length 1, as all points
   * @param same [B,P,D]
   * @param others [B,M,D]
   * @param missing [B,M], {@link #NEVER} of points that are not there, else 0
   */
  Tensor inImage(Tensor queries, Tensor same, Tensor others, Tensor missing) {
    long points = same.size(1);
    Tensor right = queries.matmul(same.transpose(1, 2)).div(temperature); // [B,P,P]
    Tensor wrong =
        queries.matmul(others.transpose(1, 2)).div(temperature).add(missing.unsqueeze(1));
    return Tensor.concat(2, right, wrong)
        .logSoftmax(2)
        .slice(2, 0, points)
        .mean(1, 2)
        .mul(-temperature / base);
  }

  /** Losses [B] where the others are the points of the other pictures' regions. */
  Tensor inBatch(Tensor queries, Tensor same) {
    Engine engine = queries.engine();
    int batch = queries.intSize(0);
    int points = queries.intSize(1);
    int all = batch * points;
    float[] own = new float[all * all];
    for (int i = 0; i < all; i++) {
      for (int j = 0; j < points; j++) {
        own[i * all + i / points * points + j] = (float) (-temperature / base / points / points);
      }
    }
    return queries
        .flatten(0, 1)
        .matmulTransposed(same.flatten(0, 1))
        .div(temperature)
        .logSoftmax(1)
        .mul(engine.floats(own, all, all))
        .reshape(batch, (long) points * all)
        .sum(1);
  }
}

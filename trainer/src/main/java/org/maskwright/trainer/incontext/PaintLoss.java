package org.maskwright.trainer.incontext;

import org.maskwright.engine.tensor.Tensor;

/**
 * Smooth L1 of painted colours over the pixels that count, summed.
 *
 * <p><b>Maths</b> d^2 / (2 beta) where d = |painted - target| is below beta, d - beta/2 elsewhere
 *
 * <p><b>Source</b> SegGPT (arXiv 2304.03284), section 3.1, and its official code
 */
final class PaintLoss {
  private PaintLoss() {}

  /**
   * The sum, a scalar.
   *
   * @param painted [B,3,H,W] normalised colours
   * @param targets of the same shape
   * @param counted [B,1,H,W]: 1 where a pixel counts, 0 elsewhere
   * @param beta above 0
   */
  static Tensor sum(Tensor painted, Tensor targets, Tensor counted, double beta) {
    return painted
        .engine()
        .tidy(
            scope -> {
              Tensor distance = painted.sub(targets).abs();
              Tensor each =
                  distance
                      .lt(beta)
                      .where(distance.square().mul(0.5 / beta), distance.sub(0.5 * beta));
              return each.mul(counted).sum();
            });
  }
}

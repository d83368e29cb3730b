package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import org.maskwright.engine.kernel.MaskCostKernel;

/**
 * What it costs to match each query's mask with each target, compared at sampled points.
 *
 * <p><b>Maths</b> with x a query's logits sampled at P points, s = sigmoid(x) and t a target's
 * labels: maskWeight * (sum softplus(x) - sum x t) / P + diceWeight * (1 - (2 sum s t + 1) / (sum s
 * + sum t + 1))
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.3
 */
public final class MaskCosts {
  private MaskCosts() {}

  /**
   * Costs without gradient.
   *
   * <p><b>Shapes</b> maskLogits [B,Q,h,w], points [B,P,2] as (x,y) in [0,1], labels [B,N,P] in
   * [0,1]; result [B,Q,N] float32
   *
   * <p><b>Cost</b> B*Q*P*N multiply-adds; on the CPU a fused kernel stores nothing of size Q*P.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor atPoints(
      Tensor maskLogits,
      float[] points,
      float[] labels,
      int targets,
      double maskWeight,
      double diceWeight) {
    long images = maskLogits.size(0);
    long count = images == 0 ? 0 : points.length / (2 * images);
    if (maskLogits.rank() != 4
        || points.length != images * count * 2
        || labels.length != images * targets * count) {
      throw new IllegalArgumentException(
          "maskCosts: expected maskLogits [B,Q,h,w], points [B,P,2], labels [B,N,P], got "
              + maskLogits
              + ", "
              + points.length
              + " coordinates, "
              + labels.length
              + " labels for N = "
              + targets);
    }
    Engine engine = maskLogits.engine();
    try (var off = engine.noGrad()) {
      return engine.tidy(
          scope -> {
            Tensor logits = maskLogits.cast(DType.FLOAT32);
            FloatBuffer host =
                engine.usesFusedKernels() && logits.numel() > 0 ? engine.hostFloats(logits) : null;
            if (host == null) {
              Tensor xy = engine.floats(points, images, count, 2);
              Tensor t = engine.floats(labels, images, targets, count);
              return composed(PointSampling.sample(logits, xy), t, maskWeight, diceWeight);
            }
            float[] costs =
                new MaskCostKernel(
                        logits.intSize(0),
                        logits.intSize(1),
                        logits.intSize(2),
                        logits.intSize(3),
                        (int) count,
                        targets,
                        maskWeight,
                        diceWeight)
                    .costs(host, points, labels);
            return engine.floats(costs, images, logits.size(1), targets);
          });
    }
  }

  /** The default, from samples x [B,Q,P] and labels t [B,N,P]. */
  private static Tensor composed(Tensor x, Tensor t, double maskWeight, double diceWeight) {
    Tensor s = x.sigmoid();
    Tensor cross = x.softplus().sumKeep(2).sub(x.matmulTransposed(t)).div(x.size(2)); // [B,Q,N]
    Tensor overlap = s.matmulTransposed(t).mul(2).add(1);
    Tensor sizes = s.sumKeep(2).add(t.sum(2).unsqueeze(1)).add(1);
    Tensor dice = overlap.div(sizes).neg().add(1);
    return cross.mul(maskWeight).add(dice.mul(diceWeight));
  }
}

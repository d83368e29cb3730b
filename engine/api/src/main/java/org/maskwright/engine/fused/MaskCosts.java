package org.maskwright.engine.fused;

import java.nio.FloatBuffer;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Tensor;

/**
 * What it costs to match each query's mask with each target, compared at sampled points.
 *
 * <p><b>Maths</b> with x a query's logits sampled at P points, s = sigmoid(x) and t a target's
 * labels: maskWeight * (sum softplus(x) - sum x t) / P + diceWeight * (1 - (2 sum s t + 1) / (sum s
 * + sum t + 1))
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.3
 */
public final class MaskCosts implements CustomOp {
  private static final String NAME = "maskCosts";

  private final float[] points;
  private final float[] labels;
  private final int targets;
  private final double maskWeight;
  private final double diceWeight;

  private MaskCosts(
      float[] points, float[] labels, int targets, double maskWeight, double diceWeight) {
    this.points = points;
    this.labels = labels;
    this.targets = targets;
    this.maskWeight = maskWeight;
    this.diceWeight = diceWeight;
  }

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
          NAME
              + ": expected maskLogits [B,Q,h,w], points [B,P,2], labels [B,N,P], got "
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
      CustomOp costs = new MaskCosts(points, labels, targets, maskWeight, diceWeight);
      return engine.tidy(scope -> costs.apply(maskLogits.cast(DType.FLOAT32)));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  private int count(Tensor logits) {
    return (int) (points.length / (2 * logits.size(0)));
  }

  /** By the fused kernel; null where it does not reach the memory. */
  @Override
  public Tensor forward(OpCall call, Tensor... in) {
    Tensor logits = in[0];
    FloatBuffer host = logits.numel() > 0 ? call.read(logits) : null;
    if (host == null) {
      return null;
    }
    float[] costs =
        new MaskCostKernel(
                logits.intSize(0),
                logits.intSize(1),
                logits.intSize(2),
                logits.intSize(3),
                count(logits),
                targets,
                maskWeight,
                diceWeight)
            .costs(host, points, labels);
    return call.engine().floats(costs, logits.size(0), logits.size(1), targets);
  }

  @Override
  public Tensor composed(Tensor... in) {
    Engine engine = in[0].engine();
    long images = in[0].size(0);
    long count = images == 0 ? 0 : count(in[0]);
    Tensor x = PointSampling.sample(in[0], engine.floats(points, images, count, 2)); // [B,Q,P]
    Tensor t = engine.floats(labels, images, targets, count);
    Tensor s = x.sigmoid();
    Tensor cross = x.softplus().sumKeep(2).sub(x.matmulTransposed(t)).div(x.size(2)); // [B,Q,N]
    Tensor overlap = s.matmulTransposed(t).mul(2).add(1);
    Tensor sizes = s.sumKeep(2).add(t.sum(2).unsqueeze(1)).add(1);
    Tensor dice = overlap.div(sizes).neg().add(1);
    return cross.mul(maskWeight).add(dice.mul(diceWeight));
  }
}

package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.kernel.Parallel;
import org.maskwright.engine.spi.ResizeMode;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.Predictions.MaskScores;

/**
 * Cross-entropy of each pixel's class, of every supervised output. A pixel in no target, as void
 * and padding are, does not count.
 *
 * <p><b>Shapes</b> mask logits [B,K,h,w] of K queries with a class each, up-sampled to the padded
 * image
 *
 * <p><b>Maths</b> -1/n sum over the n labelled pixels of the step of log softmax(logits)[label]; 0
 * if there is none
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.1; {@code loss_sem_seg} of the official
 * implementation, here {@code loss_ce} like the class loss of the other criteria
 *
 * <p><b>Memory</b> a few float maps [B,K,H,W] for each output
 */
final class PixelCriterion implements Criterion {
  /** Number of pixels that have a class. */
  private static final String PIXELS = "pixels";

  private static final long UNLABELLED = -1;

  private final CriterionSettings.PerPixel settings;

  PixelCriterion(CriterionSettings.PerPixel settings) {
    this.settings = settings;
  }

  @Override
  public StepNormalizers normalizers(List<? extends Supervision> targets, int queries) {
    return StepNormalizers.of(
        PIXELS, targets.stream().mapToDouble(Supervision::labelledPixels).sum());
  }

  @Override
  public Losses compute(
      Predictions predictions,
      List<? extends Supervision> targets,
      PointSource points,
      StepNormalizers step,
      Decisions decisions) {
    MatchedCriterion.check(predictions, targets, MaskScores.SOFTMAX);
    int height = targets.get(0).height();
    int width = targets.get(0).width();
    long[] labels = labels(targets, height, width);
    float[] counted = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == UNLABELLED) {
        labels[i] = 0; // any class: its weight is 0
      } else {
        counted[i] = 1;
      }
    }
    Engine engine = predictions.maskLogits().engine();
    Tensor index = engine.longs(labels, targets.size(), 1, height, width);
    Tensor weight = engine.floats(counted, targets.size(), 1, height, width);
    double pixels = step.get(PIXELS);
    double factor = pixels == 0 ? 0 : -settings.weight() / pixels;
    Tensor[] losses =
        predictions.layers().stream()
            .map(output -> loss(output, index, weight, factor).reshape(1))
            .toArray(Tensor[]::new);
    return Losses.ofOutputs(new String[] {"loss_ce"}, Tensor.concat(0, losses));
  }

  private static Tensor loss(Predictions.Layer output, Tensor index, Tensor weight, double factor) {
    return index
        .engine()
        .tidy(
            scope ->
                output
                    .maskLogits()
                    .cast(DType.FLOAT32)
                    .resize(index.intSize(2), index.intSize(3), ResizeMode.BILINEAR) // [B,K,H,W]
                    .logSoftmax(1)
                    .gather(1, index) // [B,1,H,W]
                    .mul(weight)
                    .sum()
                    .mul(factor));
  }

  /** The class of each pixel [B,H,W]; where targets overlap, that of the last. */
  private static long[] labels(List<? extends Supervision> targets, int height, int width) {
    int pixels = Math.multiplyExact(height, width);
    long[] labels = new long[Math.multiplyExact(targets.size(), pixels)];
    java.util.Arrays.fill(labels, UNLABELLED);
    Parallel.forEach(
        targets.size(),
        b -> {
          Supervision target = targets.get(b);
          float[] inside = new float[pixels];
          for (int n = 0; n < target.count(); n++) {
            target.grid(n, height, width, inside, 0);
            for (int i = 0; i < pixels; i++) {
              if (inside[i] > 0) {
                labels[b * pixels + i] = target.category(n);
              }
            }
          }
        });
    return labels;
  }
}

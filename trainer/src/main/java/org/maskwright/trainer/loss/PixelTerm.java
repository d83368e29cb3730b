package org.maskwright.trainer.loss;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.match.MatchPolicy;

/**
 * Cross-entropy of each pixel's class. A pixel in no target, as void and padding are, does not
 * count.
 *
 * <p><b>Shapes</b> mask logits [B,K,T,h,w] of K queries with a class each, up-sampled to the padded
 * image
 *
 * <p><b>Maths</b> -1/n sum over the labelled pixels of the step of w(label) log
 * softmax(logits)[label], where w is the weight of the class and n the sum of the weights; 0 if
 * there is none
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.1; {@code loss_sem_seg} of the official
 * implementation, here {@code loss_ce} like the class loss of the other criteria
 *
 * <p><b>Memory</b> a few float maps [B*T,K,H,W] for each output
 */
record PixelTerm(double weight, ClassWeights classes) implements LossTerm {
  /** Sum of the weights of the pixels that have a class. */
  private static final String PIXELS = "pixels";

  @Override
  public String name() {
    return "loss_ce";
  }

  @Override
  public StepNormalizers normalizers(
      List<? extends Supervision> targets, int queries, MatchPolicy policy) {
    return StepNormalizers.of(PIXELS, targets.stream().mapToDouble(this::weightOfPixels).sum());
  }

  private double weightOfPixels(Supervision target) {
    if (classes.isEqual()) {
      return target.labelledPixels();
    }
    int pixels = Math.multiplyExact(target.height(), target.width());
    double sum = 0;
    for (int frame = 0; frame < target.frames(); frame++) {
      float[] counted = new float[pixels];
      label(target, frame, 0, new long[pixels], counted);
      for (float pixel : counted) {
        sum += pixel;
      }
    }
    return sum;
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    List<? extends Supervision> targets = outputs.targets();
    int height = targets.get(0).height();
    int width = targets.get(0).width();
    int frames = outputs.predictions().last().frames();
    int maps = Math.multiplyExact(targets.size(), frames);
    int size = Math.multiplyExact(maps, Math.multiplyExact(height, width));
    double[] imageWeights =
        IntStream.range(0, targets.size()).mapToDouble(outputs::imageWeight).toArray();
    long[] labels = new long[size]; // of a pixel without a class any: its weight is 0
    float[] counted = new float[size];
    Parallel.forEach(maps, i -> label(targets.get(i / frames), i % frames, i, labels, counted));
    for (int i = 0; i < size; i++) {
      counted[i] *= (float) imageWeights[i / (height * width) / frames];
    }
    Engine engine = outputs.predictions().maskLogits().engine();
    Tensor index = engine.longs(labels, maps, 1, height, width);
    Tensor weights = engine.floats(counted, maps, 1, height, width);
    double pixels = outputs.step().get(PIXELS);
    double factor = pixels == 0 ? 0 : -weight / pixels;
    Tensor[] losses =
        outputs.predictions().layers().stream()
            .map(output -> loss(output, index, weights, factor).reshape(1))
            .toArray(Tensor[]::new);
    return Optional.of(Tensor.concat(0, losses));
  }

  private static Tensor loss(Outputs.Layer output, Tensor index, Tensor weights, double factor) {
    return index
        .engine()
        .tidy(
            scope ->
                output
                    .frameMaskLogits()
                    .cast(DType.FLOAT32)
                    .resize(index.intSize(2), index.intSize(3), ResizeMode.BILINEAR) // [B*T,K,H,W]
                    .logSoftmax(1)
                    .gather(1, index) // [B*T,1,H,W]
                    .mul(weights)
                    .sum()
                    .mul(factor));
  }

  /** The class and the weight of each pixel of a frame; where targets overlap, the last one's. */
  private void label(Supervision target, int frame, int map, long[] labels, float[] counted) {
    int pixels = target.height() * target.width();
    int first = map * pixels;
    float[] inside = new float[pixels];
    float[] weights = new float[pixels];
    Arrays.fill(weights, 1);
    for (int n = 0; n < target.count(); n++) {
      float ofClass = (float) classes.of(target.category(n));
      target.grid(n, frame, target.height(), target.width(), inside, 0);
      if (target.weighted()) {
        target.gridWeights(n, frame, target.height(), target.width(), weights, 0);
      }
      for (int i = 0; i < pixels; i++) {
        if (inside[i] > 0) {
          labels[first + i] = target.category(n);
          counted[first + i] = weights[i] * ofClass;
        }
      }
    }
  }
}

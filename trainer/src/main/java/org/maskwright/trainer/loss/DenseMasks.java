package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.kernel.Parallel;
import org.maskwright.engine.spi.ResizeMode;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;

/**
 * Focal and dice loss on whole masks (MaskFormer, arXiv 2107.06278, section 3.2; focal loss, arXiv
 * 1708.02002).
 *
 * <p>The matcher compares at the predictions' size with the targets' nearest pixels; the loss
 * up-samples the predictions to the size of the padded image.
 */
final class DenseMasks implements MaskTerms {
  private final CriterionSettings.Dense settings;

  DenseMasks(CriterionSettings.Dense settings) {
    this.settings = settings;
  }

  @Override
  public Tensor costs(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      int maxTargets,
      int layer,
      PointSource points) {
    Tensor maskLogits = output.maskLogits();
    Engine engine = maskLogits.engine();
    int height = maskLogits.intSize(2);
    int width = maskLogits.intSize(3);
    int pixels = Math.multiplyExact(height, width);
    int images = targets.size();
    int masks = Math.multiplyExact(images, maxTargets);
    float[] labels = new float[Math.multiplyExact(masks, pixels)];
    Parallel.forEach(
        masks,
        i -> {
          Supervision target = targets.get(i / maxTargets);
          if (i % maxTargets < target.count()) {
            target.grid(i % maxTargets, height, width, labels, i * pixels);
          }
        });
    Tensor x = maskLogits.cast(DType.FLOAT32).flatten(2, 3); // [B,Q,hw]
    Tensor t = engine.floats(labels, images, maxTargets, pixels); // [B,N,hw]
    Tensor s = x.sigmoid();
    Tensor miss =
        s.neg()
            .add(1)
            .pow(settings.focalGamma())
            .mul(x.neg().softplus())
            .mul(settings.focalAlpha());
    Tensor alarm = s.pow(settings.focalGamma()).mul(x.softplus()).mul(1 - settings.focalAlpha());
    Tensor focal = miss.sub(alarm).matmulTransposed(t).add(alarm.sumKeep(2)).div(pixels); // [B,Q,N]
    Tensor sizes = s.sumKeep(2).add(t.sum(2).unsqueeze(1)).add(1);
    Tensor dice = s.matmulTransposed(t).mul(2).add(1).div(sizes).neg().add(1);
    return focal.mul(settings.maskWeight()).add(dice.mul(settings.diceWeight()));
  }

  @Override
  public Tensor[] losses(
      Predictions predictions,
      List<? extends Supervision> targets,
      List<Matches> matches,
      PointSource points,
      Decisions decisions) {
    Pairs pairs = Pairs.of(predictions, matches);
    Tensor matched = predictions.chosenMasks(pairs.rows()).cast(DType.FLOAT32).unsqueeze(1);
    Tensor[] focal = new Tensor[pairs.outputs()];
    Tensor[] dice = new Tensor[pairs.outputs()];
    // Output by output: labels are as large as the images.
    for (int l = 0; l < pairs.outputs(); l++) {
      int first = l * pairs.perOutput();
      Tensor masks = matched.slice(0, first, first + pairs.perOutput()); // [n,1,h,w]
      Tensor[] both = losses(masks, targets, pairs, first);
      focal[l] = both[0];
      dice[l] = both[1];
    }
    return new Tensor[] {
      pairs.byOutput(Tensor.concat(0, focal)), pairs.byOutput(Tensor.concat(0, dice))
    };
  }

  /**
   * (1 - p_t)^gamma. Below 1 the power's derivative is infinite at 0, where x is sure and right;
   * there it is exp(-gamma softplus((2 t - 1) x)), whose gradient is 0.
   */
  private Tensor easiness(Tensor x, Tensor s, Tensor t) {
    double gamma = settings.focalGamma();
    return gamma > 0 && gamma < 1
        ? x.mul(t.mul(2).sub(1)).softplus().mul(-gamma).exp()
        : s.add(t).sub(s.mul(t).mul(2)).pow(gamma);
  }

  /** Focal and dice loss [n] of the masks of pairs {@code first} and the following. */
  private Tensor[] losses(
      Tensor masks, List<? extends Supervision> targets, Pairs pairs, int first) {
    int count = masks.intSize(0);
    int height = targets.get(0).height();
    int width = targets.get(0).width();
    int pixels = Math.multiplyExact(height, width);
    float[] labels = new float[Math.multiplyExact(count, pixels)];
    Parallel.forEach(
        count,
        i ->
            targets
                .get(pairs.image(first + i))
                .grid(pairs.target(first + i), height, width, labels, i * pixels));
    Tensor x = masks.resize(height, width, ResizeMode.BILINEAR).flatten(1, 3); // [n,HW]
    Tensor t = masks.engine().floats(labels, count, pixels);
    Tensor s = x.sigmoid();
    Tensor cross = x.softplus().sub(x.mul(t));
    Tensor balance = t.mul(2 * settings.focalAlpha() - 1).add(1 - settings.focalAlpha());
    Tensor focal = cross.mul(easiness(x, s, t)).mul(balance).sum(1).div(pixels);
    Tensor overlap = s.mul(t).sum(1).mul(2).add(1);
    Tensor dice = overlap.div(s.sum(1).add(t.sum(1)).add(1)).neg().add(1);
    return new Tensor[] {focal, dice};
  }
}

package org.maskwright.trainer.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;

/**
 * The training loss on evaluated images: the mean over images of the weighted sums over all
 * supervised outputs. Points come from a stream of its own and the number of the image, the same in
 * each evaluation, so that values of one run can be compared and training is not touched.
 */
public final class ValidationLoss {
  private static final List<String> KINDS = List.of("loss_ce", "loss_mask", "loss_dice");

  private final Task task;
  private final Criterion criterion;
  private final RandomStream points;
  private final double[] sums = new double[KINDS.size()];
  private int images;

  /**
   * For one evaluation.
   *
   * @param task of the targets
   * @param seed of the sampled points
   */
  public ValidationLoss(Task task, Criterion criterion, long seed) {
    this.task = task;
    this.criterion = criterion;
    this.points = RandomStream.of(seed, "validation-points");
  }

  /** What the targets are. */
  Task task() {
    return task;
  }

  /** Adds an image, in the caller's scope and without gradients. */
  void add(Predictions predictions, TrainingExample example, int paddedHeight, int paddedWidth) {
    Losses losses =
        criterion.compute(
            predictions,
            List.of(MaskSupervision.of(example, paddedHeight, paddedWidth)),
            new PointSource.Random(points, images));
    for (LossPart part : losses.values()) {
      for (int k = 0; k < sums.length; k++) {
        sums[k] += part.name().startsWith(KINDS.get(k)) ? part.value() : 0;
      }
    }
    images++;
  }

  /** Adds {@code loss.total}, {@code loss.ce}, {@code loss.mask} and {@code loss.dice}. */
  void report(Map<String, Double> metrics) {
    Map<String, Double> parts = new LinkedHashMap<>();
    double total = 0;
    for (int k = 0; k < sums.length; k++) {
      parts.put(KINDS.get(k).replace('_', '.'), sums[k] / images);
      total += sums[k] / images;
    }
    metrics.put("loss.total", total);
    metrics.putAll(parts);
  }
}

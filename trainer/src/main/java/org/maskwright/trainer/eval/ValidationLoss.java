package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.prediction.Outputs;
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
  private final Task task;
  private final Criterion criterion;
  private final RandomStream points;
  private final Map<String, Double> sums = new LinkedHashMap<>(); // by kind, such as loss_ce
  private int images;
  private final List<LossPart> latest = new ArrayList<>(); // not yet taken
  private int latestImages;
  private int number;

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

  /**
   * The losses of some images, part by part in their order.
   *
   * @param images how many
   */
  record Parts(int images, List<LossPart> values) {
    static final Parts NONE = new Parts(0, List.of());
  }

  /** Which image of the data set comes next: its points depend on that. */
  void next(int numberOfImage) {
    number = numberOfImage;
  }

  /**
   * Computes the losses of one image's outputs.
   *
   * @param paddedHeight rows of the model's input
   * @param paddedWidth columns of the model's input
   */
  void compute(Outputs predictions, TrainingExample example, int paddedHeight, int paddedWidth) {
    Losses losses =
        criterion.compute(
            predictions,
            List.of(MaskSupervision.of(example, paddedHeight, paddedWidth)),
            new PointSource.Random(points, number));
    latest.addAll(losses.values());
    latestImages++;
  }

  /** What was computed since this was last asked. */
  Parts take() {
    Parts out = new Parts(latestImages, List.copyOf(latest));
    latest.clear();
    latestImages = 0;
    return out;
  }

  /** Adds losses of this process or another. */
  void add(Parts parts) {
    for (LossPart part : parts.values()) {
      sums.merge(part.kind(), part.value(), Double::sum);
    }
    images += parts.images();
  }

  /** Adds {@code loss.total} and each kind of part, such as {@code loss.ce}. */
  void report(Map<String, Double> metrics) {
    Map<String, Double> parts = new LinkedHashMap<>();
    double total = 0;
    for (Map.Entry<String, Double> sum : sums.entrySet()) {
      double mean = sum.getValue() / images;
      parts.put(sum.getKey().replaceFirst("_", "."), mean);
      total += mean;
    }
    metrics.put("loss.total", total);
    metrics.putAll(parts);
  }
}

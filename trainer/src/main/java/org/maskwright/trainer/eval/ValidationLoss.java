package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.Supervision;

/**
 * The training loss on evaluated images: the mean over images of the weighted sums over all
 * supervised outputs. Points come from a stream of its own and the number of the image, the same in
 * each evaluation, so that values of one run can be compared and training is not touched.
 */
public final class ValidationLoss {
  private final Task task;
  private final Criterion criterion;
  private final RandomStream points;
  private final Optional<Classes> classes;
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
    this(task, criterion, seed, Optional.empty());
  }

  /**
   * For one evaluation.
   *
   * @param task of the targets
   * @param seed of the sampled points
   * @param classes the classes of the targets; empty: the model's
   */
  public ValidationLoss(Task task, Criterion criterion, long seed, Optional<Classes> classes) {
    this.classes = classes;
    this.task = task;
    this.criterion = criterion;
    this.points = RandomStream.of(seed, "validation-points");
  }

  /**
   * Classes of a data set among those of a model. What others the image shows is not known, so that
   * the loss compares these, and no object, among themselves.
   *
   * @param to of each class of the data set which of the model's it is
   * @param count K, the classes of the model
   */
  public record Classes(List<Integer> to, int count) {
    /** Keeps a copy. */
    public Classes {
      to = List.copyOf(to);
    }

    private Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      example.requireMasks();
      int[] known = to.stream().mapToInt(Integer::intValue).toArray();
      int[] own = Arrays.stream(example.classes()).map(to::get).toArray();
      Supervision masks =
          new MaskSupervision(own, example.masks(), example.frames(), paddedHeight, paddedWidth);
      return SourceSupervision.told(masks, LabelSpace.of(count, known), Map.of());
    }
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
            List.of(targets(example, paddedHeight, paddedWidth)),
            new PointSource.Random(points, number));
    latest.addAll(losses.values());
    latestImages++;
  }

  private Supervision targets(TrainingExample example, int paddedHeight, int paddedWidth) {
    return classes
        .map(of -> of.of(example, paddedHeight, paddedWidth))
        .orElseGet(() -> MaskSupervision.of(example, paddedHeight, paddedWidth));
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

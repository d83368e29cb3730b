package org.maskwright.trainer.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.TrainingExample;

/**
 * What training makes of the annotation of one source.
 *
 * @param supervision what it says about each target
 * @param weights factors on terms of the loss, by the names that a configuration gives them, such
 *     as {@code mask}
 */
public record SourceSupervision(SupervisionSettings supervision, Map<String, Double> weights) {
  /** Keeps the weights. */
  public SourceSupervision {
    weights = Map.copyOf(weights);
  }

  /** Without weights. */
  public SourceSupervision(SupervisionSettings supervision) {
    this(supervision, Map.of());
  }

  /**
   * The terms of the loss that the supervisions of several sources bring.
   *
   * @throws IllegalArgumentException if two of one name differ
   */
  public static List<LossTerm> terms(List<SourceSupervision> sources) {
    Map<String, LossTerm> byName = new LinkedHashMap<>();
    for (SourceSupervision source : sources) {
      for (LossTerm term : source.supervision.terms()) {
        LossTerm before = byName.putIfAbsent(term.name(), term);
        if (before != null && !before.equals(term)) {
          throw new IllegalArgumentException(
              "data: expected one setting of %s in all sources, got %s and %s; loss-weights of a source change its share"
                  .formatted(term.name(), before, term));
        }
      }
    }
    return List.copyOf(byName.values());
  }

  /**
   * What the annotation of an example says.
   *
   * @param labels the classes that it tells apart
   * @param paddedHeight rows of the batch's padded images
   * @param paddedWidth columns of the batch's padded images
   * @throws org.maskwright.settings.ExtensionException naming it, if an extension's supervision
   *     throws or gives null
   */
  public Supervision of(
      TrainingExample example, LabelSpace labels, int paddedHeight, int paddedWidth) {
    Supervision own = SupervisionSettings.asked(supervision, example, paddedHeight, paddedWidth);
    return told(own, labels, weights);
  }

  /**
   * As another says, of an annotation that tells some of the classes apart.
   *
   * @param weights as of this
   */
  public static Supervision told(Supervision own, LabelSpace labels, Map<String, Double> weights) {
    return labels.complete() && weights.isEmpty() ? own : new OfSource(own, labels, weights);
  }

  /** As another says, with the classes and weights of its source. */
  private static final class OfSource extends ForwardingSupervision {
    private final LabelSpace labels;
    private final Map<String, Double> weights;

    OfSource(Supervision own, LabelSpace labels, Map<String, Double> weights) {
      super(own);
      this.labels = labels;
      this.weights = weights;
    }

    @Override
    public LabelSpace labels() {
      return labels;
    }

    @Override
    public double termWeight(String term) {
      return super.termWeight(term)
          * weights.entrySet().stream()
              .filter(e -> LossTermSettings.termName(e.getKey()).equals(term))
              .mapToDouble(Map.Entry::getValue)
              .findFirst()
              .orElse(1);
    }
  }
}

package org.maskwright.trainer.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private record OfSource(Supervision own, LabelSpace labels, Map<String, Double> weights)
      implements Supervision {
    @Override
    public double termWeight(String term) {
      return weights.entrySet().stream()
          .filter(e -> LossTermSettings.termName(e.getKey()).equals(term))
          .mapToDouble(Map.Entry::getValue)
          .findFirst()
          .orElse(1);
    }

    @Override
    public double targetWeight(String term, int n) {
      return own.targetWeight(term, n);
    }

    @Override
    public boolean placed() {
      return own.placed();
    }

    @Override
    public Optional<Places> places(int n, PointSource.Uniform random) {
      return own.places(n, random);
    }

    @Override
    public <E> Optional<E> said(int n, Class<E> type) {
      return own.said(n, type);
    }

    @Override
    public int height() {
      return own.height();
    }

    @Override
    public int width() {
      return own.width();
    }

    @Override
    public int frames() {
      return own.frames();
    }

    @Override
    public int count() {
      return own.count();
    }

    @Override
    public int category(int n) {
      return own.category(n);
    }

    @Override
    public double labelledPixels() {
      return own.labelledPixels();
    }

    @Override
    public void labels(
        int n, int frame, float[] points, int from, int count, float[] labels, int to) {
      own.labels(n, frame, points, from, count, labels, to);
    }

    @Override
    public void grid(int n, int frame, int height, int width, float[] labels, int to) {
      own.grid(n, frame, height, width, labels, to);
    }

    @Override
    public boolean weighted() {
      return own.weighted();
    }

    @Override
    public void weights(
        int n, int frame, float[] points, int from, int count, float[] weights, int to) {
      own.weights(n, frame, points, from, count, weights, to);
    }

    @Override
    public void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
      own.gridWeights(n, frame, height, width, weights, to);
    }
  }
}

package org.maskwright.trainer.loss;

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

package org.maskwright.trainer.weak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.Places;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.Supervision;

/** Targets that each answer for themselves: any mix of masks, points, boxes and mere classes. */
final class AnnotatedSupervision implements Supervision {
  private final Size padded;
  private final List<TargetSupervision> targets;

  private AnnotatedSupervision(Size padded, List<TargetSupervision> targets) {
    this.padded = padded;
    this.targets = targets;
  }

  /**
   * The targets of an example in a batch.
   *
   * @param boxes what is learnt from boxes; empty if nothing is
   * @throws IllegalArgumentException if colours are compared and the picture has none
   */
  static Supervision of(
      TrainingExample example,
      int paddedHeight,
      int paddedWidth,
      PointLosses points,
      Optional<BoxLosses> boxes) {
    MaskSupervision masks =
        new MaskSupervision(example.classes(), example.masks(), paddedHeight, paddedWidth);
    if (example.weak().stream().allMatch(Optional::isEmpty)) {
      return masks;
    }
    Size padded = new Size(paddedWidth, paddedHeight);
    Optional<ColourEdges> colours =
        boxes.map(b -> ColourEdges.of(example, b, paddedHeight, paddedWidth));
    List<TargetSupervision> targets = new ArrayList<>();
    for (int n = 0; n < example.targetCount(); n++) {
      Optional<WeakLabel> weak = example.weak().get(n);
      targets.add(
          weak.isEmpty()
              ? new MaskTarget(masks, n)
              : new WeakTarget(example.classes()[n], weak.get(), padded, points, colours));
    }
    return new AnnotatedSupervision(padded, List.copyOf(targets));
  }

  @Override
  public int height() {
    return padded.height();
  }

  @Override
  public int width() {
    return padded.width();
  }

  @Override
  public int count() {
    return targets.size();
  }

  @Override
  public int category(int n) {
    return targets.get(n).category();
  }

  @Override
  public double targetWeight(String term, int n) {
    return targets.get(n).weight(term);
  }

  @Override
  public boolean placed() {
    return true;
  }

  @Override
  public Optional<Places> places(int n, PointSource.Uniform random) {
    return targets.get(n).places(random);
  }

  @Override
  public <E> Optional<E> said(int n, Class<E> type) {
    return targets.get(n).said(type);
  }

  @Override
  public double labelledPixels() {
    int pixels = Math.multiplyExact(height(), width());
    float[] labels = new float[pixels];
    float[] weights = new float[pixels];
    float[] counted = new float[pixels];
    for (TargetSupervision target : targets) {
      target.grid(height(), width(), labels, 0);
      target.gridWeights(height(), width(), weights, 0);
      for (int i = 0; i < pixels; i++) {
        counted[i] = labels[i] > 0 ? weights[i] : counted[i];
      }
    }
    double sum = 0;
    for (float one : counted) {
      sum += one;
    }
    return sum;
  }

  @Override
  public boolean weighted() {
    return true;
  }

  @Override
  public void labels(
      int n, int frame, float[] points, int from, int count, float[] labels, int to) {
    targets.get(n).labels(points, from, count, labels, to);
  }

  @Override
  public void weights(
      int n, int frame, float[] points, int from, int count, float[] weights, int to) {
    targets.get(n).weights(points, from, count, weights, to);
  }

  @Override
  public void grid(int n, int frame, int height, int width, float[] labels, int to) {
    targets.get(n).grid(height, width, labels, to);
  }

  @Override
  public void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
    targets.get(n).gridWeights(height, width, weights, to);
  }
}

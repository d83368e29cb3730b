package org.maskwright.trainer.weak;

import java.util.Arrays;
import java.util.Optional;
import org.maskwright.trainer.loss.Places;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.Supervision;

/**
 * A target whose mask is known.
 *
 * @param masks those of its image, in a batch of photographs
 * @param n which one
 */
record MaskTarget(Supervision masks, int n) implements TargetSupervision {
  @Override
  public int category() {
    return masks.category(n);
  }

  @Override
  public void labels(float[] points, int from, int count, float[] labels, int to) {
    masks.labels(n, 0, points, from, count, labels, to);
  }

  @Override
  public void weights(float[] points, int from, int count, float[] weights, int to) {
    Arrays.fill(weights, to, to + count, 1);
  }

  @Override
  public void grid(int height, int width, float[] labels, int to) {
    masks.grid(n, 0, height, width, labels, to);
  }

  @Override
  public void gridWeights(int height, int width, float[] weights, int to) {
    Arrays.fill(weights, to, to + height * width, 1);
  }

  @Override
  public Optional<Places> places(PointSource.Uniform random) {
    return Optional.empty();
  }

  @Override
  public double weight(String term) {
    return 1;
  }

  @Override
  public <E> Optional<E> said(Class<E> type) {
    return Optional.empty();
  }
}

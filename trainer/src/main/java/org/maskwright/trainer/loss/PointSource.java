package org.maskwright.trainer.loss;

import org.maskwright.engine.tensor.RandomStream;

/**
 * Where sampled points come from: a random stream in training, given ones when a step is compared
 * with another implementation.
 *
 * <p>A criterion asks in this order: the matcher's points for output 0, image by image, then output
 * 1, ...; then the loss's for the last output, output 0, output 1, ..., each time first the
 * candidates of all pairs and then the points that are not chosen among them.
 */
public interface PointSource {
  /**
   * {@code count} points for the matcher of one image and one output, x and y interleaved, in
   * [0,1).
   */
  float[] forMatcher(int count);

  /** {@code count} points for the loss, x and y interleaved, in [0,1). */
  float[] forLoss(int count);

  /** Whether the loss may choose the uncertain ones among more points than it needs. */
  boolean allowsImportanceSampling();

  /** Uniform points of a stream. */
  record Random(RandomStream stream) implements PointSource {
    @Override
    public float[] forMatcher(int count) {
      return stream.uniform(2 * count, 0, 1);
    }

    @Override
    public float[] forLoss(int count) {
      return stream.uniform(2 * count, 0, 1);
    }

    @Override
    public boolean allowsImportanceSampling() {
      return true;
    }
  }

  /** The same points for every image, output and mask. */
  final class Given implements PointSource {
    private final float[] matcher;
    private final float[] loss;

    /** Points [P,2], x and y interleaved. */
    public Given(float[] matcher, float[] loss) {
      this.matcher = matcher.clone();
      this.loss = loss.clone();
    }

    @Override
    public float[] forMatcher(int count) {
      return checked(matcher, count);
    }

    @Override
    public float[] forLoss(int count) {
      return checked(loss, count);
    }

    private static float[] checked(float[] points, int count) {
      if (points.length != 2 * count) {
        throw new IllegalArgumentException(
            "points: expected " + count + " as configured, got " + points.length / 2);
      }
      return points.clone();
    }

    @Override
    public boolean allowsImportanceSampling() {
      return false;
    }
  }
}

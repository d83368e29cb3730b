package org.maskwright.trainer.loss;

import org.maskwright.engine.tensor.RandomStream;

/**
 * Where sampled points come from: random streams in training, given ones when a step is compared
 * with another implementation.
 *
 * <p>Points depend on the arguments alone, not on the order of calls, so that an image gets the
 * same ones in whatever part of a step it is computed.
 *
 * <p><b>Threads</b> asked by several threads at once.
 */
public interface PointSource {
  /**
   * {@code count} points for the matcher of one image and one output, the same in each of its
   * frames, x and y interleaved, in [0,1).
   *
   * @param image in the batch
   */
  float[] forMatcher(int output, int image, int count);

  /**
   * {@code count} points for the loss of one matched pair in one frame, x and y interleaved, in
   * [0,1).
   *
   * @param image in the batch
   * @param pair of the image, queries ascending
   * @param frame of the pair, 0 of a photograph
   */
  float[] forLoss(int output, int image, int pair, int frame, int count);

  /** Uniform points; the same ones each time it is asked for as many. */
  @FunctionalInterface
  interface Uniform {
    /** So many points, x and y interleaved, in [0,1). */
    float[] points(int count);
  }

  /** Whether the loss may choose the uncertain ones among more points than it needs. */
  boolean allowsImportanceSampling();

  /**
   * Uniform points.
   *
   * @param stream of the step; where it stands does not matter, and it is not moved
   * @param firstImage number of the batch's first image in the step
   */
  record Random(RandomStream stream, long firstImage) implements PointSource {
    private static final int MATCHER = 0;
    private static final int LOSS = 1;

    @Override
    public float[] forMatcher(int output, int image, int count) {
      return of(MATCHER, output, image).uniform(2 * count, 0, 1);
    }

    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
      RandomStream first = of(LOSS, output, image).fork(pair);
      return (frame == 0 ? first : first.fork(frame)).uniform(2 * count, 0, 1);
    }

    private RandomStream of(int use, int output, int image) {
      return stream.fork(firstImage + image).fork(use).fork(output);
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
    public float[] forMatcher(int output, int image, int count) {
      return checked(matcher, count);
    }

    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
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

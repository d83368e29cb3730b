package org.maskwright.datasets;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Places of a picture of which somebody said whether they belong to an object, and how much each
 * counts.
 *
 * <p><b>Shapes</b> P places (x,y) in pixels, pixel centres at +0.5; labels inside or outside;
 * weights finite and at least 0, 1 where nobody says otherwise. P may be 0.
 *
 * <p>Immutable.
 */
public final class PointLabels {
  /** No place. */
  public static final PointLabels NONE = of(new double[0], new boolean[0]);

  private final double[] xy;
  private final boolean[] inside;
  private final float[] weights;

  private PointLabels(double[] xy, boolean[] inside, float[] weights) {
    this.xy = xy;
    this.inside = inside;
    this.weights = weights;
  }

  /**
   * Places with weights.
   *
   * @param xy [2 P] x and y of each, interleaved
   * @param inside [P] whether each belongs to the object
   * @param weights [P]
   * @throws IllegalArgumentException if the lengths do not fit one another, a coordinate is not
   *     finite, or a weight is negative or not finite
   */
  public static PointLabels of(double[] xy, boolean[] inside, float[] weights) {
    if (xy.length != 2 * inside.length || weights.length != inside.length) {
      throw new IllegalArgumentException(
          "points: expected a label and a weight for each, got %s coordinates, %d labels and %d weights"
              .formatted(xy.length, inside.length, weights.length));
    }
    for (double coordinate : xy) {
      if (!Double.isFinite(coordinate)) {
        throw new IllegalArgumentException(
            "points: expected finite coordinates, got " + coordinate);
      }
    }
    for (float weight : weights) {
      if (!(weight >= 0 && Float.isFinite(weight))) {
        throw new IllegalArgumentException("points: expected weights of at least 0, got " + weight);
      }
    }
    return new PointLabels(xy.clone(), inside.clone(), weights.clone());
  }

  /** Places that count 1 each. */
  public static PointLabels of(double[] xy, boolean[] inside) {
    float[] ones = new float[inside.length];
    Arrays.fill(ones, 1);
    return of(xy, inside, ones);
  }

  /** P. */
  public int count() {
    return inside.length;
  }

  /** Columns from the left edge. */
  public double x(int point) {
    return xy[2 * point];
  }

  /** Rows from the upper edge. */
  public double y(int point) {
    return xy[2 * point + 1];
  }

  /** A number of the pixel that a place is in, which places of no other pixel have. */
  public long pixel(int point) {
    return ((long) Math.floor(y(point)) << 32) + (long) Math.floor(x(point));
  }

  /** Whether a place belongs to the object. */
  public boolean inside(int point) {
    return inside[point];
  }

  /** How much a label counts. */
  public float weight(int point) {
    return weights[point];
  }

  /** Whether some label counts otherwise than 1. */
  public boolean weighted() {
    for (float weight : weights) {
      if (weight != 1) {
        return true;
      }
    }
    return false;
  }

  /** Whether some place belongs to the object. */
  public boolean anyInside() {
    for (boolean one : inside) {
      if (one) {
        return true;
      }
    }
    return false;
  }

  /** The places as x and y, interleaved. */
  public double[] coordinates() {
    return xy.clone();
  }

  /** The same labels at other places. */
  public PointLabels at(double[] newXy) {
    return of(newXy, inside, weights);
  }

  /** Those that are accepted, by their numbers. */
  public PointLabels where(IntPredicate kept) {
    double[] newXy = new double[xy.length];
    boolean[] newInside = new boolean[inside.length];
    float[] newWeights = new float[inside.length];
    int n = 0;
    for (int p = 0; p < inside.length; p++) {
      if (kept.test(p)) {
        newXy[2 * n] = xy[2 * p];
        newXy[2 * n + 1] = xy[2 * p + 1];
        newInside[n] = inside[p];
        newWeights[n++] = weights[p];
      }
    }
    return new PointLabels(
        Arrays.copyOf(newXy, 2 * n), Arrays.copyOf(newInside, n), Arrays.copyOf(newWeights, n));
  }

  /** These and then others. */
  public PointLabels and(PointLabels more) {
    double[] allXy = Arrays.copyOf(xy, xy.length + more.xy.length);
    System.arraycopy(more.xy, 0, allXy, xy.length, more.xy.length);
    boolean[] allInside = Arrays.copyOf(inside, count() + more.count());
    System.arraycopy(more.inside, 0, allInside, count(), more.count());
    float[] allWeights = Arrays.copyOf(weights, count() + more.count());
    System.arraycopy(more.weights, 0, allWeights, count(), more.count());
    return new PointLabels(allXy, allInside, allWeights);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PointLabels that
        && Arrays.equals(xy, that.xy)
        && Arrays.equals(inside, that.inside)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(xy) * 31 + Arrays.hashCode(inside);
  }

  @Override
  public String toString() {
    return "PointLabels[" + count() + "]";
  }
}

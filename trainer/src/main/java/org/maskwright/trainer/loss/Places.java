package org.maskwright.trainer.loss;

/**
 * The places at which alone a target is known, with what is known there.
 *
 * <p><b>Shapes</b> P places (x,y) in [0,1] of the padded image, interleaved; labels [P] in [0,1];
 * weights [P], at least 0. P may be 0. Arrays are not copied.
 */
public final class Places {
  private final float[] points;
  private final float[] labels;
  private final float[] weights;

  /**
   * Places over the given arrays.
   *
   * @throws IllegalArgumentException if their lengths do not fit one another
   */
  public Places(float[] points, float[] labels, float[] weights) {
    if (points.length != 2 * labels.length || weights.length != labels.length) {
      throw new IllegalArgumentException(
          "places: expected a label and a weight for each, got %d coordinates, %d labels and %d weights"
              .formatted(points.length, labels.length, weights.length));
    }
    this.points = points;
    this.labels = labels;
    this.weights = weights;
  }

  /** P. */
  public int count() {
    return labels.length;
  }

  /** x and y, interleaved. */
  public float[] points() {
    return points;
  }

  /** 1 inside, 0 outside. */
  public float[] labels() {
    return labels;
  }

  /** How much each label counts. */
  public float[] weights() {
    return weights;
  }
}

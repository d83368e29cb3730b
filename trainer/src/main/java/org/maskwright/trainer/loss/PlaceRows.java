package org.maskwright.trainer.loss;

import java.util.Arrays;

/**
 * Rows of as many places each, to be filled: points [n,P,2], labels [n,P], weights [n,P]. What is
 * not filled is in the middle of the image and does not count.
 */
final class PlaceRows {
  private static final float MIDDLE = 0.5f;

  private final int count;
  private final float[] points;
  private final float[] labels;
  private final float[] weights;

  PlaceRows(int rows, int count) {
    this.count = count;
    points = new float[Math.multiplyExact(rows, 2 * count)];
    Arrays.fill(points, MIDDLE);
    labels = new float[Math.multiplyExact(rows, count)];
    weights = new float[labels.length];
  }

  /** P. */
  int count() {
    return count;
  }

  float[] points() {
    return points;
  }

  float[] labels() {
    return labels;
  }

  float[] weights() {
    return weights;
  }

  /** Places from the given one of a row on. */
  void put(int row, int first, Places places) {
    int at = row * count + first;
    System.arraycopy(places.points(), 0, points, 2 * at, 2 * places.count());
    System.arraycopy(places.labels(), 0, labels, at, places.count());
    System.arraycopy(places.weights(), 0, weights, at, places.count());
  }

  /**
   * What is known of a target at given points.
   *
   * @param from index of the first point in {@code given}
   */
  void put(
      int row, int first, Supervision of, int n, int frame, float[] given, int from, int many) {
    int at = row * count + first;
    System.arraycopy(given, 2 * from, points, 2 * at, 2 * many);
    of.labels(n, frame, points, 2 * at, many, labels, at);
    of.weights(n, frame, points, 2 * at, many, weights, at);
  }
}

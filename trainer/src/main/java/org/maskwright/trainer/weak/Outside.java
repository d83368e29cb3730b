package org.maskwright.trainer.weak;

import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Box;

/**
 * The part of a padded image that is outside a box, as four rectangles: above, below, left and
 * right of it.
 */
final class Outside {
  /** Left, top, width and height of each, in shares of the image. */
  private final double[][] parts;

  private final double area;

  /**
   * @param box in pixels
   * @param padded the image
   */
  Outside(Box box, Size padded) {
    double left = box.x() / padded.width();
    double top = box.y() / padded.height();
    double right = (box.x() + box.width()) / padded.width();
    double bottom = (box.y() + box.height()) / padded.height();
    parts =
        new double[][] {
          {0, 0, 1, top},
          {0, bottom, 1, 1 - bottom},
          {0, top, left, bottom - top},
          {right, top, 1 - right, bottom - top}
        };
    double sum = 0;
    for (double[] part : parts) {
      sum += part[2] * part[3];
    }
    area = sum;
  }

  /** Whether the box leaves anything. */
  boolean isEmpty() {
    return !(area > 0);
  }

  /** Its share of the image. */
  double area() {
    return area;
  }

  /** Whether a place is in it. */
  boolean has(double x, double y) {
    for (double[] part : parts) {
      if (x >= part[0] && x < part[0] + part[2] && y >= part[1] && y < part[1] + part[3]) {
        return true;
      }
    }
    return false;
  }

  /**
   * Uniform points of the image made uniform points outside the box: x chooses a rectangle by its
   * area and where in it.
   *
   * @param uniform x and y interleaved, in [0,1)
   * @param from index of the first x
   */
  void place(float[] uniform, int from, int count, float[] points, int to) {
    for (int i = 0; i < count; i++) {
      double rest = uniform[from + 2 * i] * area;
      int part = 0;
      while (part < parts.length - 1 && rest >= size(part)) {
        rest -= size(part++);
      }
      while (size(part) == 0) { // rounding led past the last one
        rest = size(--part);
      }
      double[] p = parts[part];
      double across = Math.min(1, rest / size(part));
      points[to + 2 * i] = (float) (p[0] + across * p[2]);
      points[to + 2 * i + 1] = (float) (p[1] + uniform[from + 2 * i + 1] * p[3]);
    }
  }

  private double size(int part) {
    return parts[part][2] * parts[part][3];
  }
}

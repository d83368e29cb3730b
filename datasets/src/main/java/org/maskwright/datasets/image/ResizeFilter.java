package org.maskwright.datasets.image;

import java.util.function.DoubleUnaryOperator;

/**
 * The shape of the filter of a resize.
 *
 * <p><b>Source</b> Pillow's filters of these names
 */
public enum ResizeFilter {
  /** A triangle: max(0, 1 - t). */
  BILINEAR(1, t -> t < 1 ? 1 - t : 0),
  /** Keys' cubic with a = -1/2, which is negative from 1 to 2: sharper than the triangle. */
  BICUBIC(2, ResizeFilter::cubic);

  private static final double SHARPNESS = -0.5;
  private final int reach;
  private final DoubleUnaryOperator shape;

  ResizeFilter(int reach, DoubleUnaryOperator shape) {
    this.reach = reach;
    this.shape = shape;
  }

  private static double cubic(double t) {
    if (t < 1) {
      return ((SHARPNESS + 2) * t - (SHARPNESS + 3)) * t * t + 1;
    }
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * SHARPNESS : 0;
  }

  /** From where on weights are 0. */
  int reach() {
    return reach;
  }

  /** The weight, not normalised, at a distance of at least 0. */
  double weight(double t) {
    return shape.applyAsDouble(t);
  }
}

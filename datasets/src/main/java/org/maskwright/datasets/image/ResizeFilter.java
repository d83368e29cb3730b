package org.maskwright.datasets.image;

/**
 * The shape of the filter of a resize.
 *
 * <p><b>Source</b> Pillow's filters of these names
 */
public enum ResizeFilter {
  /** A triangle: max(0, 1 - t). */
  BILINEAR(1) {
    @Override
    double weight(double t) {
      return t < 1 ? 1 - t : 0;
    }
  },
  /** Keys' cubic with a = -1/2, which is negative from 1 to 2: sharper than the triangle. */
  BICUBIC(2) {
    @Override
    double weight(double t) {
      if (t < 1) {
        return ((SHARPNESS + 2) * t - (SHARPNESS + 3)) * t * t + 1;
      }
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * SHARPNESS : 0;
    }
  };

  private static final double SHARPNESS = -0.5;
  private final int reach;

  ResizeFilter(int reach) {
    this.reach = reach;
  }

  /** From where on weights are 0. */
  int reach() {
    return reach;
  }

  /** The weight, not normalised, at a distance of at least 0. */
  abstract double weight(double t);
}

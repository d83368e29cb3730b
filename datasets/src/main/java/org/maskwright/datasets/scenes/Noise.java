package org.maskwright.datasets.scenes;

/** Smooth value noise on a lattice of hashed numbers, the material of every texture. */
final class Noise {
  private static final long X_STEP = 0xD1B54A32D192ED03L;
  private static final long Y_STEP = 0xABC98388FB8FAC03L;
  private static final double TO_UNIT = 0x1.0p-24;

  private final long seed;

  Noise(long seed) {
    this.seed = seed;
  }

  /** Noise in [0,1) that varies over distances of about 1. */
  double at(double x, double y) {
    long ix = floor(x);
    long iy = floor(y);
    double u = fade(x - ix);
    double v = fade(y - iy);
    double top = lattice(ix, iy) * (1 - u) + lattice(ix + 1, iy) * u;
    double bottom = lattice(ix, iy + 1) * (1 - u) + lattice(ix + 1, iy + 1) * u;
    return top * (1 - v) + bottom * v;
  }

  /** Three octaves of {@link #at}, in [0,1). */
  double fractal(double x, double y) {
    return (4 * at(x, y) + 2 * at(2 * x + 17, 2 * y + 5) + at(4 * x + 41, 4 * y + 29)) / 7;
  }

  /**
   * Noise whose grain grows with {@code scale}: two fixed grains, mixed. (One grain divided by a
   * scale that varies over the image would smear into rays.)
   *
   * @param dx grain in x at scale 1
   * @param dy grain in y at scale 1
   * @param scale at least 0.35; grows no more above 2.8
   */
  double grained(double x, double y, double dx, double dy, double scale) {
    double low = scale < 0.7 ? 0.35 : scale < 1.4 ? 0.7 : 1.4;
    double share = Math.max(0, Math.min(1, (scale - low) / low));
    return (1 - share) * at(x / (dx * low), y / (dy * low))
        + share * at(x / (2 * dx * low), y / (2 * dy * low));
  }

  /** Uncorrelated noise in [0,1) of one pixel. */
  double lattice(long x, long y) {
    return (bits(x, y) >>> 40) * TO_UNIT;
  }

  /** 64 random bits of one pixel. */
  long bits(long x, long y) {
    return SceneRandom.mix(seed + x * X_STEP + y * Y_STEP);
  }

  private static long floor(double x) {
    long truncated = (long) x;
    return x < truncated ? truncated - 1 : truncated;
  }

  private static double fade(double t) {
    return t * t * (3 - 2 * t);
  }
}

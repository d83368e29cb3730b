package org.maskwright.trainer.doctor;

import java.util.Locale;

/** How far computed numbers are from the right ones, as a share of the largest right one. */
final class Difference {
  private static final double SMALLEST_SCALE = 1e-6;

  private String worst = "";
  private double share;

  /** Compares arrays of the same length; NaN is infinitely far. */
  Difference add(String what, double[] right, float[] got) {
    if (right.length != got.length) {
      throw new IllegalArgumentException(
          what + ": expected " + right.length + " numbers, got " + got.length);
    }
    double scale = SMALLEST_SCALE;
    double most = 0;
    for (int i = 0; i < right.length; i++) {
      scale = Math.max(scale, Math.abs(right[i]));
      double off = Math.abs(right[i] - got[i]);
      most = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(most, off);
    }
    if (worst.isEmpty() || most / scale > share) {
      worst = what;
      share = most / scale;
    }
    return this;
  }

  /** As {@link #add(String, double[], float[])}. */
  Difference add(String what, float[] right, float[] got) {
    double[] wide = new double[right.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = right[i];
    }
    return add(what, wide, got);
  }

  Check.Outcome within(double tolerance) {
    return share <= tolerance
        ? new Check.Outcome(true, String.format(Locale.ROOT, "within %.0e", Math.max(share, 1e-9)))
        : new Check.Outcome(
            false,
            String.format(
                Locale.ROOT,
                "%s is off by %.2g of its size, at most %.0e is rounding",
                worst,
                share,
                tolerance));
  }
}

package org.maskwright.trainer.video;

import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.mask.Rle;

/**
 * The colours of an object: a histogram of 4 x 4 x 4, each entry the root of its share, so that the
 * product of two is their Bhattacharyya coefficient. It needs no model, and so serves every one; of
 * pictures without colour it says how bright.
 *
 * <p><b>Threads</b> Immutable.
 */
public final class Look {
  private static final int BITS = 2; // of each channel
  private static final int BINS = 1 << 3 * BITS;
  private static final int CHANNELS = 3;

  /** Of nothing known: as similar to every look as looks can be. */
  public static final Look UNKNOWN = new Look(null);

  private final float[] roots;

  private Look(float[] roots) {
    this.roots = roots;
  }

  /**
   * Of the pixels of a mask.
   *
   * @param mask of the picture's size, not empty
   */
  public static Look of(RgbImage picture, Rle mask) {
    long[] counts = new long[BINS];
    byte[] rgb = picture.data();
    int width = picture.width();
    mask.forEachRun(
        (x, y0, y1) -> {
          for (int y = y0; y < y1; y++) {
            int at = CHANNELS * (y * width + x);
            counts[bin(rgb[at]) << 2 * BITS | bin(rgb[at + 1]) << BITS | bin(rgb[at + 2])]++;
          }
        });
    double all = mask.area();
    float[] roots = new float[BINS];
    for (int i = 0; i < BINS; i++) {
      roots[i] = (float) Math.sqrt(counts[i] / all);
    }
    return new Look(roots);
  }

  private static int bin(byte value) {
    return (value & 0xFF) >> Byte.SIZE - BITS;
  }

  /** How similar two looks are, in [0,1]. */
  double similarity(Look other) {
    if (roots == null || other.roots == null) {
      return 1;
    }
    double sum = 0;
    for (int i = 0; i < roots.length; i++) {
      sum += (double) roots[i] * other.roots[i];
    }
    return Math.min(1, sum);
  }

  /** A look between this one and another. */
  Look towards(Look other, double share) {
    if (roots == null || other.roots == null) {
      return other;
    }
    float[] mixed = new float[roots.length];
    for (int i = 0; i < mixed.length; i++) {
      double a = roots[i];
      double b = other.roots[i];
      mixed[i] = (float) Math.sqrt((1 - share) * a * a + share * b * b);
    }
    return new Look(mixed);
  }
}

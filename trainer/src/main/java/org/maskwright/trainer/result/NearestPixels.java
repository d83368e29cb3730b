package org.maskwright.trainer.result;

import org.maskwright.datasets.Size;

/** Maps at another size, by the nearest pixel. */
final class NearestPixels {
  private NearestPixels() {}

  static int[] of(int[] rowMajor, Size from, Size to) {
    int[] out = new int[Math.multiplyExact(to.height(), to.width())];
    for (int y = 0, at = 0; y < to.height(); y++) {
      int row = nearest(y, to.height(), from.height()) * from.width();
      for (int x = 0; x < to.width(); x++) {
        out[at++] = rowMajor[row + nearest(x, to.width(), from.width())];
      }
    }
    return out;
  }

  private static int nearest(int i, int of, int source) {
    return (int) ((2L * i + 1) * source / (2L * of));
  }
}

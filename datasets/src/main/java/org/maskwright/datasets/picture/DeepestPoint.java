package org.maskwright.datasets.picture;

import java.awt.Rectangle;

/**
 * The pixel of a region that is farthest from its edge, by a 3-4 chamfer transform; the border of
 * the picture is an edge too.
 *
 * <p><b>Source</b> G. Borgefors, "Distance transformations in digital images" (1986).
 *
 * @param x column of the photograph
 * @param y row of the photograph
 */
record DeepestPoint(int x, int y) {
  private static final int FAR = 0x3FFFFFFF;

  /** Of larger boxes every second pixel of a row is looked at, or every third, ... */
  private static final double MAX_LOOKED_AT = 1 << 21;

  /** Of a region that has a pixel. */
  static DeepestPoint of(RegionMask mask) {
    Rectangle box = mask.box();
    double share = (double) box.width * box.height / MAX_LOOKED_AT;
    int step = Math.max(1, (int) Math.ceil(Math.sqrt(share)));
    int w = (box.width - 1) / step + 3;
    int h = (box.height - 1) / step + 3;
    int[] d = new int[w * h];
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1; x < w - 1; x++) {
        if (mask.pixels().at(box.x + (x - 1) * step, box.y + (y - 1) * step)) {
          int i = y * w + x;
          int near = Math.min(d[i - 1], d[i - w]) + 3;
          int far = Math.min(d[i - w - 1], d[i - w + 1]) + 4;
          d[i] = Math.min(FAR, Math.min(near, far));
        }
      }
    }
    int best = w + 1; // the first pixel of the box
    for (int y = h - 2; y > 0; y--) {
      for (int x = w - 2; x > 0; x--) {
        int i = y * w + x;
        int near = Math.min(d[i + 1], d[i + w]) + 3;
        int far = Math.min(d[i + w + 1], d[i + w - 1]) + 4;
        d[i] = Math.min(d[i], Math.min(near, far));
        if (d[i] > d[best]) {
          best = i;
        }
      }
    }
    return new DeepestPoint(box.x + (best % w - 1) * step, box.y + (best / w - 1) * step);
  }
}

package org.maskwright.datasets.mask;

import java.util.Arrays;

/**
 * The band along a mask's outline that boundary IoU compares: the mask without the pixels whose
 * whole (2d+1) x (2d+1) window lies in the mask and in the image, d = max(1, round(0.02 *
 * diagonal)).
 *
 * <p><b>Source</b> Boundary IoU (arXiv 2103.16562), mask_to_boundary of boundary-iou-api.
 */
public final class Boundary {
  /** The paper's share of the image's diagonal. */
  public static final double RATIO = 0.02;

  private Boundary() {}

  /** The half width d of the band in an image of this size. */
  public static int dilation(int height, int width) {
    double diagonal = Math.sqrt((double) height * height + (double) width * width);
    return Math.max(1, (int) Math.rint(RATIO * diagonal));
  }

  /** The boundary band of a mask, of the mask's size. */
  public static Rle of(Rle mask) {
    Rle interior = interior(mask);
    int[] counts = mask.rawCounts();
    return Rle.trusted(
        mask.height(), mask.width(), RleOverlap.difference(counts, interior.rawCounts()));
  }

  /**
   * The mask eroded by the window. Column by column: the rows whose vertical window is in the mask,
   * then how many columns in a row each row has held; a pixel stays when 2d+1 columns have.
   */
  static Rle interior(Rle mask) {
    int height = mask.height();
    int width = mask.width();
    int d = dilation(height, width);
    int[] counts = mask.rawCounts();
    int[] columnsHeld = new int[height];
    boolean[] held = new boolean[height];
    RunWriter runs = new RunWriter();
    int lastHeld = Integer.MIN_VALUE / 2; // the last column that held a row
    int run = 0; // the run that covers the column's first pixel
    int runEnd = counts[0];
    for (int x = 0; x < width + d; x++) {
      boolean clear = lastHeld < x - 1;
      if (lastHeld == x - 1) {
        Arrays.fill(held, false);
      }
      if (x < width) {
        long columnStart = (long) x * height;
        long columnEnd = columnStart + height;
        while (true) {
          long runStart = (long) runEnd - counts[run];
          if ((run & 1) == 1) {
            int from = (int) (Math.max(runStart, columnStart) - columnStart) + d;
            int to = (int) (Math.min(runEnd, columnEnd) - columnStart) - d;
            if (from < to) {
              Arrays.fill(held, from, to, true);
              lastHeld = x;
            }
          }
          if (runEnd > columnEnd || run + 1 == counts.length) {
            break;
          }
          runEnd += counts[++run];
        }
      }
      if (clear && lastHeld < x) {
        runs.piece(false, x >= d ? height : 0); // nothing held, now or in the column before
      } else {
        emit(held, columnsHeld, x >= d, 2 * d + 1, runs);
      }
    }
    return Rle.trusted(height, width, runs.finish());
  }

  private static void emit(
      boolean[] held, int[] columnsHeld, boolean inside, int window, RunWriter runs) {
    for (int y = 0; y < held.length; y++) {
      columnsHeld[y] = held[y] ? columnsHeld[y] + 1 : 0;
    }
    if (inside) {
      int y = 0;
      while (y < held.length) {
        boolean value = columnsHeld[y] >= window;
        int from = y;
        while (y < held.length && columnsHeld[y] >= window == value) {
          y++;
        }
        runs.piece(value, y - from);
      }
    }
  }
}

package org.maskwright.modelzoo.postprocess;

import java.util.Arrays;

/**
 * A binary mask as the lengths of its runs over the pixels in column-major order, alternating
 * background and foreground and starting with background: COCO's uncompressed RLE.
 */
public final class RunLengthMask {
  private final int height;
  private final int width;
  private final int[] counts;
  private final long area;
  private final PixelBox box;

  RunLengthMask(int height, int width, int[] counts, long area, PixelBox box) {
    this.height = height;
    this.width = width;
    this.counts = counts;
    this.area = area;
    this.box = box;
  }

  /** The pixels of row-major ids that hold one id. */
  static RunLengthMask of(int[] ids, int id, int height, int width) {
    int[] counts = new int[16];
    int used = 0;
    int length = 0;
    boolean inside = false;
    long area = 0;
    int x0 = width;
    int y0 = height;
    int x1 = -1;
    int y1 = -1;
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        boolean on = ids[y * width + x] == id;
        if (on != inside) {
          counts = used == counts.length ? Arrays.copyOf(counts, 2 * used) : counts;
          counts[used++] = length;
          length = 0;
          inside = on;
        }
        length++;
        if (on) {
          area++;
          x0 = Math.min(x0, x);
          x1 = x;
          y0 = Math.min(y0, y);
          y1 = Math.max(y1, y);
        }
      }
    }
    counts = Arrays.copyOf(counts, used + 1);
    counts[used] = length;
    PixelBox box = x1 < 0 ? PixelBox.EMPTY : new PixelBox(x0, y0, x1 - x0 + 1, y1 - y0 + 1);
    return new RunLengthMask(height, width, counts, area, box);
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** A copy of the run lengths; their sum is height * width. */
  public int[] counts() {
    return counts.clone();
  }

  /** Number of foreground pixels. */
  public long area() {
    return area;
  }

  /** The smallest box around the foreground. */
  public PixelBox box() {
    return box;
  }

  /** The mask as row-major 0 and 1. */
  public byte[] toBitmap() {
    byte[] out = new byte[height * width];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int end = at + counts[i]; at < end; at++) {
        if (i % 2 == 1) {
          out[at % height * width + at / height] = 1;
        }
      }
    }
    return out;
  }
}

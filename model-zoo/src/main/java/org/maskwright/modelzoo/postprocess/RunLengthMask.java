package org.maskwright.modelzoo.postprocess;

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

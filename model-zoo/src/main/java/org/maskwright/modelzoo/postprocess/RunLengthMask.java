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

  private RunLengthMask(int height, int width, int[] counts, long area, PixelBox box) {
    this.height = height;
    this.width = width;
    this.counts = counts;
    this.area = area;
    this.box = box;
  }

  /**
   * A mask from run lengths.
   *
   * @throws IllegalArgumentException if they do not add up to height * width
   */
  public static RunLengthMask ofCounts(int height, int width, int[] counts) {
    Builder builder = new Builder(height, width);
    long at = 0;
    for (int i = 0; i < counts.length; i++) {
      if (i % 2 == 1 && counts[i] > 0) {
        builder.cover(at, at + counts[i]);
      }
      at += counts[i];
    }
    if (at != (long) height * width) {
      throw new IllegalArgumentException(
          "run lengths: expected " + height + " x " + width + " pixels, got " + at);
    }
    return new RunLengthMask(height, width, counts.clone(), builder.area, builder.box());
  }

  /** The pixels of row-major ids that hold one id. */
  static RunLengthMask of(int[] ids, int id, int height, int width) {
    Builder builder = new Builder(height, width);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        builder.add(x, y, ids[y * width + x] == id);
      }
    }
    return builder.mask();
  }

  /** Collects runs, area and box from the pixels in column-major order. */
  static final class Builder {
    private final int height;
    private final int width;
    private int[] counts = new int[64];
    private int used;
    private int length;
    private boolean inside;
    private long area;
    private int minX = Integer.MAX_VALUE;
    private int maxX = -1;
    private int minY = Integer.MAX_VALUE;
    private int maxY = -1;

    Builder(int height, int width) {
      this.height = height;
      this.width = width;
    }

    void add(int x, int y, boolean on) {
      if (on != inside) {
        flip();
      }
      length++;
      if (on) {
        area++;
        minX = Math.min(minX, x);
        maxX = x;
        minY = Math.min(minY, y);
        maxY = Math.max(maxY, y);
      }
    }

    void addEmptyColumns(int n) {
      if (inside) {
        flip();
      }
      length += n * height;
    }

    /** Counts foreground from one pixel to before another, in column-major order. */
    private void cover(long from, long to) {
      int firstX = (int) (from / height);
      int lastX = (int) ((to - 1) / height);
      boolean several = firstX < lastX;
      area += to - from;
      minX = Math.min(minX, firstX);
      maxX = lastX;
      minY = Math.min(minY, several ? 0 : (int) (from % height));
      maxY = Math.max(maxY, several ? height - 1 : (int) ((to - 1) % height));
    }

    long area() {
      return area;
    }

    private void flip() {
      if (used == counts.length) {
        counts = Arrays.copyOf(counts, 2 * used);
      }
      counts[used++] = length;
      length = 0;
      inside = !inside;
    }

    /** Ends the last run. */
    RunLengthMask mask() {
      flip();
      return new RunLengthMask(height, width, Arrays.copyOf(counts, used), area, box());
    }

    private PixelBox box() {
      return maxX < 0 ? PixelBox.EMPTY : new PixelBox(minX, minY, maxX - minX + 1, maxY - minY + 1);
    }
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

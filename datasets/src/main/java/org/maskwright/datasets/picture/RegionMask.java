package org.maskwright.datasets.picture;

import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.mask.Rle;

/**
 * The pixels of the photograph that a region has, asked for one by one, so that hundreds of regions
 * of a large photograph need no bitmap each of its size.
 *
 * @param box the smallest around them, in pixels of the photograph; empty if there are none
 * @param area how many there are
 * @param pixels answers inside the box
 */
record RegionMask(Rectangle box, long area, Pixels pixels) {
  /** Whether the region has the pixel (x, y). */
  @FunctionalInterface
  interface Pixels {
    boolean at(int x, int y);
  }

  /** Of a bitmap, rows from the top, 0 = outside; not copied. */
  static RegionMask of(byte[] mask, int width, int height) {
    Picture.checkSize("mask", mask.length, 1, width, height);
    Bounds bounds = new Bounds();
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        if (mask[i] != 0) {
          bounds.add(x, y, y + 1);
        }
      }
    }
    return bounds.with((x, y) -> mask[y * width + x] != 0);
  }

  /** Of run lengths; keeps a bitmap of their box. */
  static RegionMask of(Rle mask, int width, int height) {
    if (mask.width() != width || mask.height() != height) {
      throw new IllegalArgumentException(
          "mask: expected %d x %d pixels, got %d x %d"
              .formatted(width, height, mask.width(), mask.height()));
    }
    Bounds bounds = new Bounds();
    mask.forEachRun(bounds::add);
    Rectangle box = bounds.box();
    byte[] cut = new byte[box.width * box.height];
    mask.forEachRun(
        (x, y0, y1) -> {
          for (int y = y0; y < y1; y++) {
            cut[(y - box.y) * box.width + x - box.x] = 1;
          }
        });
    return bounds.with((x, y) -> cut[(y - box.y) * box.width + x - box.x] != 0);
  }

  /**
   * Of a map of the numbers 1 to count, the mask of number n at n - 1; 0 is no region's.
   *
   * @param numbers width * height, rows from the top; not copied
   */
  static List<RegionMask> ofMap(int[] numbers, int count, int width) {
    Bounds[] bounds = new Bounds[count + 1];
    for (int n = 0; n <= count; n++) {
      bounds[n] = new Bounds();
    }
    for (int i = 0; i < numbers.length; i++) {
      bounds[numbers[i]].add(i % width, i / width, i / width + 1);
    }
    List<RegionMask> masks = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      int number = n;
      masks.add(bounds[n].with((x, y) -> numbers[y * width + x] == number));
    }
    return masks;
  }

  /** Whether the region has a pixel, which may be anywhere. */
  boolean at(int x, int y) {
    return box.contains(x, y) && pixels.at(x, y);
  }

  /** How many of its pixels a rectangle covers. */
  long covered(Rectangle by) {
    Rectangle common = box.intersection(by);
    long covered = 0;
    for (int y = common.y; y < common.y + common.height; y++) {
      for (int x = common.x; x < common.x + common.width; x++) {
        covered += pixels.at(x, y) ? 1 : 0;
      }
    }
    return covered;
  }

  /** Grows around pixels. */
  private static final class Bounds {
    private int x0 = Integer.MAX_VALUE;
    private int y0 = Integer.MAX_VALUE;
    private int x1;
    private int y1;
    private long area;

    /** With the pixels (x, top) to (x, end - 1). */
    void add(int x, int top, int end) {
      x0 = Math.min(x0, x);
      y0 = Math.min(y0, top);
      x1 = Math.max(x1, x + 1);
      y1 = Math.max(y1, end);
      area += end - top;
    }

    Rectangle box() {
      return area == 0 ? new Rectangle() : new Rectangle(x0, y0, x1 - x0, y1 - y0);
    }

    RegionMask with(Pixels pixels) {
      return new RegionMask(box(), area, pixels);
    }
  }
}

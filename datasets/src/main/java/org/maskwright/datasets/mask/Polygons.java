package org.maskwright.datasets.mask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Polygons to masks by COCO's rasterisation, bit for bit.
 *
 * <p>Vertices are scaled by 5 and truncated, the outline is walked in unit steps, and wherever it
 * crosses the middle of a pixel column the mask toggles. Only those crossings are computed here
 * (the official code stores every point of the outline), so a polygon costs O(edges + crossings)
 * whatever its coordinates. One part that crosses itself fills even-odd; several parts are united.
 *
 * <p><b>Shapes</b> a part is [x0, y0, x1, y1, ...] in pixels, x to the right, y down, (0, 0) the
 * outer corner of the first pixel; an odd last number is dropped, as in the official code.
 *
 * <p><b>Source</b> pycocotools maskApi.c, rleFrPoly; {@code MaskConformanceTest}.
 */
public final class Polygons {
  /** Beyond this a vertex, scaled by 5, leaves the 32-bit integers of the official code. */
  public static final double MAX_COORDINATE = 4e8;

  private static final double SCALE = 5;
  private static final int STEPS = 5;

  /** The sub-column of a pixel column in which a crossing counts. */
  private static final int MIDDLE = 2;

  /** More crossings than any polygon in use needs by orders of magnitude; 256 MiB. */
  private static final int MAX_CROSSINGS = 1 << 26;

  /** Crossings of about a column that are sorted by going past one another. */
  private static final int FEW = 16;

  private final int height;
  private final int width;
  private int[] crossings = new int[64];
  private int size;

  private Polygons(int height, int width) {
    this.height = height;
    this.width = width;
  }

  /**
   * The union of the parts.
   *
   * @throws IllegalArgumentException if there is no part, the first part has fewer than 3 points (4
   *     numbers are not taken for a box), a later part is empty, a coordinate is not finite or
   *     beyond {@link #MAX_COORDINATE}, or the size is not positive
   */
  public static Rle toRle(List<double[]> parts, int height, int width) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("polygons: expected at least one part, got none");
    }
    if (parts.get(0).length <= 4) {
      throw new IllegalArgumentException(
          "polygon: expected at least 3 points (6 numbers), got "
              + parts.get(0).length
              + " numbers");
    }
    if (parts.size() == 1) {
      return toRle(parts.get(0), height, width);
    }
    List<Rle> masks = new ArrayList<>(parts.size());
    for (double[] part : parts) {
      masks.add(toRle(part, height, width));
    }
    return Rle.union(masks);
  }

  /** The mask of one part, even-odd. Parts of 1 or 2 points are allowed and cover no pixel. */
  public static Rle toRle(double[] part, int height, int width) {
    int pixels = Rle.checkedPixels(height, width);
    Polygons outline = new Polygons(height, width);
    outline.part(part);
    return Rle.trusted(height, width, outline.finish(pixels));
  }

  /**
   * The pixels that lie in an odd number of the parts: outlines with their holes. Differs from
   * {@link #toRle(List, int, int)}, where what lies in any part is of the mask.
   *
   * @throws IllegalArgumentException if a part has no point, or as {@link #toRle(List, int, int)}
   */
  public static Rle evenOdd(List<double[]> parts, int height, int width) {
    int pixels = Rle.checkedPixels(height, width);
    Polygons outlines = new Polygons(height, width);
    parts.forEach(outlines::part);
    return Rle.trusted(height, width, outlines.finish(pixels));
  }

  /** The mask of a box: the polygon of its four corners. */
  public static Rle toRle(Box box, int height, int width) {
    double right = box.x() + box.width();
    double bottom = box.y() + box.height();
    return toRle(
        new double[] {box.x(), box.y(), box.x(), bottom, right, bottom, right, box.y()},
        height,
        width);
  }

  private void part(double[] part) {
    int points = part.length / 2;
    if (points == 0) {
      throw new IllegalArgumentException("polygon: a part without points");
    }
    long[] xs = new long[points];
    long[] ys = new long[points];
    for (int i = 0; i < points; i++) {
      xs[i] = scaled(part[2 * i]);
      ys[i] = scaled(part[2 * i + 1]);
    }
    for (int i = 0; i < points; i++) {
      int next = i + 1 == points ? 0 : i + 1;
      edge(xs[i], ys[i], xs[next], ys[next]);
    }
  }

  private static long scaled(double coordinate) {
    if (!(Math.abs(coordinate) <= MAX_COORDINATE)) {
      throw new IllegalArgumentException(
          "polygon: coordinate " + coordinate + ", expected a number within +-4e8");
    }
    return (int) (SCALE * coordinate + 0.5);
  }

  private void edge(long x0, long y0, long x1, long y1) {
    long dx = Math.abs(x1 - x0);
    long dy = Math.abs(y1 - y0);
    if (dx == 0) {
      return; // stays in its sub-column
    }
    boolean flat = dx >= dy;
    if (flat ? x0 > x1 : y0 > y1) {
      flatOrSteep(flat, x1, y1, x0, y0);
    } else {
      flatOrSteep(flat, x0, y0, x1, y1);
    }
  }

  private void flatOrSteep(boolean flat, long x0, long y0, long x1, long y1) {
    long firstColumn = Math.max(0, Math.floorDiv(Math.min(x0, x1) - MIDDLE - 1, (long) STEPS));
    long lastColumn = Math.min(width - 1, Math.floorDiv(Math.max(x0, x1), (long) STEPS) + 1);
    if (flat) {
      double slope = (double) (y1 - y0) / (x1 - x0);
      for (long column = firstColumn; column <= lastColumn; column++) {
        long u = column * STEPS + MIDDLE;
        if (u >= x0 && u + 1 <= x1) {
          long v = (int) (y0 + slope * (u - x0) + 0.5);
          long next = (int) (y0 + slope * (u + 1 - x0) + 0.5);
          cross((int) column, Math.min(v, next));
        }
      }
      return;
    }
    double slope = (double) (x1 - x0) / (y1 - y0);
    for (long column = firstColumn; column <= lastColumn; column++) {
      long t = lastStepBefore(column * STEPS + MIDDLE, x0, slope, y1 - y0);
      if (t >= 0) {
        cross((int) column, y0 + t);
      }
    }
  }

  /**
   * The last step t of a steep edge on the near side of the border between the sub-columns u and u
   * + 1, or -1 if the edge does not cross it. The sub-column of step t, trunc(x0 + slope * t +
   * 0.5), is monotone in t, so an estimate is corrected step by step.
   */
  private static long lastStepBefore(long u, long x0, double slope, long steps) {
    boolean rising = slope > 0;
    if (near(u, x0, slope, steps, rising) || !near(u, x0, slope, 0, rising)) {
      return -1;
    }
    long t = (long) ((u + 0.5 - x0) / slope);
    t = Math.max(0, Math.min(steps, t));
    while (!near(u, x0, slope, t, rising)) {
      t--;
    }
    while (near(u, x0, slope, t + 1, rising)) {
      t++;
    }
    return t;
  }

  private static boolean near(long u, long x0, double slope, long t, boolean rising) {
    int sub = (int) (x0 + slope * t + 0.5);
    return rising ? sub <= u : sub > u;
  }

  private void cross(int column, long row) {
    double y = (row + 0.5) / SCALE - 0.5;
    y = Math.ceil(y < 0 ? 0 : Math.min(y, height));
    if (size == crossings.length) {
      if (size >= MAX_CROSSINGS) {
        throw new IllegalArgumentException(
            "polygon: more than " + MAX_CROSSINGS + " crossings of pixel columns");
      }
      crossings = Arrays.copyOf(crossings, size * 2);
    }
    crossings[size++] = column * height + (int) y;
  }

  /**
   * Sorts the crossings. A column has two of them, most often, so they are dealt out to stretches
   * of about a column, where each goes past the few that it has to.
   */
  private void sort() {
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int i = 0; i < size; i++) {
      least = Math.min(least, crossings[i]);
      most = Math.max(most, crossings[i]);
    }
    int shift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(height);
    int stretches = size == 0 ? 0 : (most - least >> shift) + 1;
    if (stretches > 4L * size || !deal(least, shift, new int[stretches + 1])) {
      Arrays.sort(crossings, 0, size);
    }
  }

  /** False, and nothing is changed, if a stretch has more than a few. */
  private boolean deal(int least, int shift, int[] next) {
    int most = 0;
    for (int i = 0; i < size; i++) {
      most = Math.max(most, ++next[(crossings[i] - least >> shift) + 1]);
    }
    if (most > FEW) {
      return false;
    }
    for (int i = 1; i < next.length; i++) {
      next[i] += next[i - 1];
    }
    int[] dealt = new int[crossings.length];
    for (int i = 0; i < size; i++) {
      int crossing = crossings[i];
      int stretch = crossing - least >> shift;
      dealt[next[stretch]++] = crossing;
    }
    for (int i = 1; i < size; i++) {
      int crossing = dealt[i];
      int at = i;
      for (; at > 0 && dealt[at - 1] > crossing; at--) {
        dealt[at] = dealt[at - 1];
      }
      dealt[at] = crossing;
    }
    crossings = dealt;
    return true;
  }

  /** Sorted crossings to run lengths; two crossings at one place cancel. */
  private int[] finish(int pixels) {
    sort();
    int[] counts = new int[size + 1];
    int previous = 0;
    for (int i = 0; i < size; i++) {
      counts[i] = crossings[i] - previous;
      previous = crossings[i];
    }
    counts[size] = pixels - previous;
    int kept = 1;
    for (int i = 1; i <= size; i++) {
      if (counts[i] > 0) {
        counts[kept++] = counts[i];
      } else if (++i <= size) {
        counts[kept - 1] += counts[i];
      }
    }
    return Arrays.copyOf(counts, kept);
  }
}

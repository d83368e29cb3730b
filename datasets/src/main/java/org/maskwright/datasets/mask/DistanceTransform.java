package org.maskwright.datasets.mask;

/**
 * How far the pixels of a mask are from what is outside it, where everything beyond the picture is
 * outside too.
 *
 * <p><b>Source</b> A. Meijster, J. Roerdink, W. Hesselink, "A general algorithm for computing
 * distance transforms in linear time" (2000), the exact Euclidean one.
 */
public final class DistanceTransform {
  private DistanceTransform() {}

  /**
   * Squared distances from the middle of each pixel to that of the nearest one outside; 0 outside.
   *
   * <p><b>Cost</b> linear in the pixels
   *
   * @param mask row-major, [height * width], 0 outside
   * @throws IllegalArgumentException if there are other than height * width pixels
   */
  public static int[] squared(byte[] mask, int height, int width) {
    if (mask.length != (long) height * width) {
      throw new IllegalArgumentException(
          "mask: expected %d x %d pixels, got %d".formatted(width, height, mask.length));
    }
    int[] out = new int[mask.length];
    columns(mask, height, width, out);
    Row row = new Row(width);
    for (int y = 0; y < height; y++) {
      row.transform(out, y * width);
    }
    return out;
  }

  /** The distance to the nearest pixel outside within the column of each pixel. */
  private static void columns(byte[] mask, int height, int width, int[] out) {
    for (int x = 0; x < width; x++) {
      int run = 0;
      for (int i = x; i < mask.length; i += width) {
        run = mask[i] == 0 ? 0 : run + 1;
        out[i] = run;
      }
      run = 0;
      for (int i = (height - 1) * width + x; i >= 0; i -= width) {
        run = mask[i] == 0 ? 0 : run + 1;
        out[i] = Math.min(out[i], run);
      }
    }
  }

  /** The lower envelope of the parabolas of a row, one at each of its pixels and at both ends. */
  private static final class Row {
    private final int width;
    private final long[] heights; // squared, of the pixels and of the two beyond the ends
    private final int[] tips; // of the parabolas that the envelope is made of
    private final int[] starts; // from where on each of them is the lowest

    Row(int width) {
      this.width = width;
      heights = new long[width + 2];
      tips = new int[width + 2];
      starts = new int[width + 2];
    }

    void transform(int[] distances, int from) {
      for (int x = 1; x <= width; x++) {
        long d = distances[from + x - 1];
        heights[x] = d * d;
      }
      int last = 0;
      tips[0] = 0;
      starts[0] = 0;
      for (int u = 1; u < heights.length; u++) {
        while (last >= 0 && at(tips[last], starts[last]) > at(u, starts[last])) {
          last--;
        }
        if (last < 0) {
          last = 0;
          tips[0] = u;
        } else {
          long start = 1 + crossing(tips[last], u);
          if (start < heights.length) {
            last++;
            tips[last] = u;
            starts[last] = (int) start;
          }
        }
      }
      for (int x = heights.length - 1; x >= 0; x--) {
        if (x >= 1 && x <= width) {
          distances[from + x - 1] = (int) at(tips[last], x);
        }
        if (x == starts[last]) {
          last--;
        }
      }
    }

    private long at(int tip, int x) {
      long d = (long) x - tip;
      return d * d + heights[tip];
    }

    /** The last place, rounded down, where the left parabola is not above the right one. */
    private long crossing(int left, int right) {
      long numerator =
          (long) right * right - (long) left * left + heights[right] - heights[left];
      return Math.floorDiv(numerator, 2L * (right - left));
    }
  }
}

package org.maskwright.datasets.image;

import java.util.Arrays;
import java.util.Objects;
import org.maskwright.datasets.RgbImage;

/**
 * Resize with a filter that widens when the image shrinks, so that nothing aliases. Only the window
 * that is asked for is computed.
 *
 * <p><b>Maths</b> weights w(t) of the filter at t = (x + 0.5 - centre) / max(1, scale),
 * normalised, as integers of 22 bits; along rows first, rounded to 8 bits, then along columns; but
 * along columns first where the height shrinks by more than twice the pixels that the width does.
 *
 * <p><b>Source</b> Pillow's resize with a {@link ResizeFilter}, equal to the bit to Pillow 13;
 * detectron2 and the image processors of transformers use it. Earlier releases took rows first
 * always, which gives another level in some pixels of photographs more than twice as high as wide,
 * by 1. OpenCV's INTER_LINEAR differs: it has no wide filter.
 *
 * <p><b>Threads</b> Immutable.
 */
public class FilteredResize {
  private static final int PRECISION_BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (PRECISION_BITS - 1);

  private final ResizeFilter filter;
  private final RgbImage image;
  private final int x;
  private final int y;
  private final int fromWidth;
  private final int fromHeight;
  private final int toWidth;
  private final int toHeight;

  /** Resizes a part of an image; pixels outside the part have no influence. */
  public FilteredResize(
      ResizeFilter filter,
      RgbImage image,
      int x,
      int y,
      int fromWidth,
      int fromHeight,
      int toWidth,
      int toHeight) {
    this.filter = Objects.requireNonNull(filter, "filter");
    if (x < 0
        || y < 0
        || fromWidth < 1
        || fromHeight < 1
        || x + fromWidth > image.width()
        || y + fromHeight > image.height()
        || toWidth < 1
        || toHeight < 1) {
      throw new IllegalArgumentException(
          "resize: expected a part of %d x %d and a target > 0, got %d x %d at (%d, %d) to %d x %d"
              .formatted(
                  image.width(), image.height(), fromWidth, fromHeight, x, y, toWidth, toHeight));
    }
    this.image = image;
    this.x = x;
    this.y = y;
    this.fromWidth = fromWidth;
    this.fromHeight = fromHeight;
    this.toWidth = toWidth;
    this.toHeight = toHeight;
  }

  /** The part of the resized image that begins at (left, top). */
  public RgbImage window(int left, int top, int width, int height) {
    byte[] data = new byte[Math.multiplyExact(Math.multiplyExact(3, width), height)];
    rows(
        left,
        top,
        width,
        height,
        (row, red, green, blue) -> {
          int at = 3 * row * width;
          for (int i = 0; i < width; i++, at += 3) {
            data[at] = (byte) red[i];
            data[at + 1] = (byte) green[i];
            data[at + 2] = (byte) blue[i];
          }
        });
    return new RgbImage(width, height, data);
  }

  /** Receives rows of a resized image, from the top; the arrays are used again for the next row. */
  @FunctionalInterface
  public interface RowSink {
    /** Row {@code row} of the window, values 0..255. */
    void row(int row, int[] red, int[] green, int[] blue);
  }

  /**
   * The part of the resized image that begins at (left, top), row by row. The sums run over int
   * arrays, because those are what Java 17's compiler vectorises.
   */
  public void rows(int left, int top, int width, int height, RowSink sink) {
    if (left < 0 || top < 0 || left + width > toWidth || top + height > toHeight) {
      throw new IllegalArgumentException(
          "resize: expected a window in %d x %d, got %d x %d at (%d, %d)"
              .formatted(toWidth, toHeight, width, height, left, top));
    }
    Filter across = new Filter(filter, fromWidth, toWidth, left, width);
    Filter down = new Filter(filter, fromHeight, toHeight, top, height);
    if (columnsFirst()) {
      columnsFirst(across, down, sink);
    } else {
      rowsFirst(across, down, sink);
    }
  }

  private boolean columnsFirst() {
    return toHeight < fromHeight && fromHeight - toHeight > 2 * (fromWidth - toWidth);
  }

  private void rowsFirst(Filter across, Filter down, RowSink sink) {
    int[][][] ring = new int[down.taps][3][across.first.length];
    int[][] sums = new int[3][across.first.length];
    int done = down.first[0];
    for (int row = 0; row < down.first.length; row++) {
      int end = down.first[row] + down.count[row];
      for (done = Math.max(done, down.first[row]); done < end; done++) {
        across.alongRow(image.data(), pixel(0, done), ring[done % down.taps]);
      }
      for (int c = 0; c < 3; c++) {
        down.sum(row, ring, c, sums[c]);
      }
      sink.row(row, sums[0], sums[1], sums[2]);
    }
  }

  /** The same sums in the other order; only the columns that the window needs are summed. */
  private void columnsFirst(Filter across, Filter down, RowSink sink) {
    int last = across.first.length - 1;
    int from = across.first[0];
    byte[] summed = new byte[3 * fromWidth];
    int[] sums = new int[3 * (across.first[last] + across.count[last] - from)];
    int[][] result = new int[3][across.first.length];
    for (int row = 0; row < down.first.length; row++) {
      down.alongColumns(row, image.data(), pixel(from, 0), 3 * image.width(), sums);
      for (int i = 0; i < sums.length; i++) {
        summed[3 * from + i] = (byte) sums[i];
      }
      across.alongRow(summed, 0, result);
      sink.row(row, result[0], result[1], result[2]);
    }
  }

  /** Where a pixel of the part begins in the image's data. */
  private int pixel(int column, int row) {
    return 3 * ((y + row) * image.width() + x + column);
  }

  /** The taps of each output position of one axis. */
  private static final class Filter {
    final int[] first;
    final int[] count;
    final int taps;
    final int[] weights;
    private final boolean exceeds;

    Filter(ResizeFilter filter, int from, int to, int start, int length) {
      FilterWeights shape = new FilterWeights(filter, from, to, start, length);
      this.exceeds = filter != ResizeFilter.BILINEAR;
      this.first = shape.first;
      this.count = shape.count;
      this.taps = shape.taps;
      this.weights = new int[length * taps];
      double[] exact = new double[taps];
      for (int i = 0; i < length; i++) {
        shape.of(i, exact);
        for (int t = 0; t < count[i]; t++) {
          weights[i * taps + t] =
              (int) (Math.copySign(0.5, exact[t]) + exact[t] * (1 << PRECISION_BITS));
        }
      }
    }

    /** Of a triangle, rounding makes the weights exceed 1 by less than half a level. */
    private void clip(int[] values) {
      if (exceeds) {
        for (int i = 0; i < values.length; i++) {
          values[i] = Math.max(0, Math.min(255, values[i]));
        }
      }
    }

    void alongRow(byte[] from, int source, int[][] to) {
      int[] reds = to[0];
      int[] greens = to[1];
      int[] blues = to[2];
      for (int i = 0; i < reds.length; i++) {
        int pixel = source + 3 * first[i];
        int w = i * taps;
        int weight = weights[w];
        int red = HALF + (from[pixel] & 0xFF) * weight;
        int green = HALF + (from[pixel + 1] & 0xFF) * weight;
        int blue = HALF + (from[pixel + 2] & 0xFF) * weight;
        for (int end = w + count[i] - 1; w < end; ) {
          w++;
          pixel += 3;
          weight = weights[w];
          red += (from[pixel] & 0xFF) * weight;
          green += (from[pixel + 1] & 0xFF) * weight;
          blue += (from[pixel + 2] & 0xFF) * weight;
        }
        reds[i] = red >> PRECISION_BITS;
        greens[i] = green >> PRECISION_BITS;
        blues[i] = blue >> PRECISION_BITS;
      }
      clip(reds);
      clip(greens);
      clip(blues);
    }

    /** The rows below {@code source}, {@code stride} bytes each, weighted for an output row. */
    void alongColumns(int row, byte[] from, int source, int stride, int[] sums) {
      Arrays.fill(sums, HALF);
      for (int t = 0; t < count[row]; t++) {
        int weight = weights[row * taps + t];
        int at = source + (first[row] + t) * stride;
        for (int i = 0; i < sums.length; i++) {
          sums[i] += (from[at + i] & 0xFF) * weight;
        }
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] >>= PRECISION_BITS;
      }
      clip(sums);
    }

    void sum(int row, int[][][] ring, int channel, int[] sums) {
      int begin = first[row];
      int w = row * taps;
      if (count[row] == 2 && !exceeds) {
        sumOfTwo(
            ring[begin % taps][channel],
            weights[w],
            ring[(begin + 1) % taps][channel],
            weights[w + 1],
            sums);
        return;
      }
      Arrays.fill(sums, HALF);
      for (int t = 0; t < count[row]; t++) {
        add(ring[(begin + t) % taps][channel], weights[w + t], sums);
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] >>= PRECISION_BITS;
      }
      clip(sums);
    }

    private static void sumOfTwo(int[] a, int weightA, int[] b, int weightB, int[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = (HALF + a[i] * weightA + b[i] * weightB) >> PRECISION_BITS;
      }
    }

    private static void add(int[] a, int weight, int[] sums) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += a[i] * weight;
      }
    }
  }
}

package org.maskwright.datasets.image;

import org.maskwright.datasets.RgbImage;

/**
 * Bilinear resize with a triangle filter that widens when the image shrinks, so that nothing
 * aliases. Only the window that is asked for is computed.
 *
 * <p><b>Maths</b> weights w(t) = max(0, 1 - |t|) at t = (x + 0.5 - centre) / max(1, scale),
 * normalised, as integers of 22 bits; first along rows, rounded to 8 bits, then along columns.
 *
 * <p><b>Source</b> Pillow's resize with the filter BILINEAR, equal to the bit; detectron2 and the
 * image processors of transformers use it. <b>Differs:</b> rows always come first; Pillow 13 takes
 * columns first when the width grows and the height shrinks, which no aspect-keeping resize does.
 * OpenCV's INTER_LINEAR differs: it has no wide filter.
 *
 * <p><b>Threads</b> Immutable.
 */
public final class BilinearResize {
  private static final int PRECISION_BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (PRECISION_BITS - 1);

  private final RgbImage image;
  private final int x;
  private final int y;
  private final int fromWidth;
  private final int fromHeight;
  private final int toWidth;
  private final int toHeight;

  /** Resizes a part of an image; pixels outside the part have no influence. */
  public BilinearResize(
      RgbImage image, int x, int y, int fromWidth, int fromHeight, int toWidth, int toHeight) {
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

  /** The whole image at the size {@code width} x {@code height}. */
  public static RgbImage resize(RgbImage image, int width, int height) {
    return new BilinearResize(image, 0, 0, image.width(), image.height(), width, height)
        .window(0, 0, width, height);
  }

  /** The part of the resized image that begins at (left, top). */
  public RgbImage window(int left, int top, int width, int height) {
    if (left < 0 || top < 0 || left + width > toWidth || top + height > toHeight) {
      throw new IllegalArgumentException(
          "resize: expected a window in %d x %d, got %d x %d at (%d, %d)"
              .formatted(toWidth, toHeight, width, height, left, top));
    }
    Filter across = new Filter(fromWidth, toWidth, left, width);
    Filter down = new Filter(fromHeight, toHeight, top, height);
    int firstRow = down.first[0];
    int rows = down.first[height - 1] + down.count[height - 1] - firstRow;
    byte[] narrow = new byte[Math.multiplyExact(3 * width, rows)];
    for (int row = 0; row < rows; row++) {
      int source = 3 * ((y + firstRow + row) * image.width() + x);
      across.alongRow(image.data(), source, narrow, 3 * width * row);
    }
    byte[] out = new byte[Math.multiplyExact(3 * width, height)];
    for (int row = 0; row < height; row++) {
      down.downRows(narrow, firstRow, row, out, 3 * width);
    }
    return new RgbImage(width, height, out);
  }

  /** The taps of each output position of one axis. */
  private static final class Filter {
    final int[] first;
    final int[] count;
    final int taps;
    final int[] weights;

    Filter(int from, int to, int start, int length) {
      double scale = (double) from / to;
      double filterScale = Math.max(1, scale);
      int most = (int) Math.ceil(filterScale) * 2 + 1;
      this.first = new int[length];
      this.count = new int[length];
      this.taps = most;
      this.weights = new int[length * most];
      double[] exact = new double[most];
      for (int i = 0; i < length; i++) {
        double center = (start + i + 0.5) * scale;
        int low = Math.max(0, (int) (center - filterScale + 0.5));
        int high = Math.min(from, (int) (center + filterScale + 0.5));
        double sum = 0;
        for (int t = 0; t < high - low; t++) {
          double distance = Math.abs((t + low - center + 0.5) * (1 / filterScale));
          exact[t] = distance < 1 ? 1 - distance : 0;
          sum += exact[t];
        }
        first[i] = low;
        count[i] = high - low;
        for (int t = 0; t < high - low; t++) {
          double weight = sum == 0 ? exact[t] : exact[t] / sum;
          weights[i * most + t] = (int) (0.5 + weight * (1 << PRECISION_BITS));
        }
      }
    }

    void alongRow(byte[] from, int source, byte[] to, int target) {
      int at = target;
      for (int i = 0; i < first.length; i++) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int pixel = source + 3 * first[i];
        for (int t = i * taps, end = t + count[i]; t < end; t++, pixel += 3) {
          int weight = weights[t];
          red += (from[pixel] & 0xFF) * weight;
          green += (from[pixel + 1] & 0xFF) * weight;
          blue += (from[pixel + 2] & 0xFF) * weight;
        }
        to[at] = clip(red);
        to[at + 1] = clip(green);
        to[at + 2] = clip(blue);
        at += 3;
      }
    }

    void downRows(byte[] from, int firstRow, int row, byte[] to, int stride) {
      int start = (first[row] - firstRow) * stride;
      int target = row * stride;
      int w = row * taps;
      if (count[row] == 1) {
        System.arraycopy(from, start, to, target, stride);
        return;
      }
      if (count[row] == 2) {
        int w0 = weights[w];
        int w1 = weights[w + 1];
        for (int i = 0; i < stride; i++) {
          to[target + i] =
              clip(HALF + (from[start + i] & 0xFF) * w0 + (from[start + stride + i] & 0xFF) * w1);
        }
        return;
      }
      for (int i = 0; i < stride; i++) {
        int sum = HALF;
        int at = start + i;
        for (int t = w, end = w + count[row]; t < end; t++, at += stride) {
          sum += (from[at] & 0xFF) * weights[t];
        }
        to[target + i] = clip(sum);
      }
    }

    /** Rounded weights can sum to a little more than 1. */
    private static byte clip(int sum) {
      return (byte) Math.min(255, sum >> PRECISION_BITS);
    }
  }
}

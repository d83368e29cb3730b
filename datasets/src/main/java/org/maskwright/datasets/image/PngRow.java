package org.maskwright.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng.PixelKind;

/**
 * Undoes PNG's row filters and turns rows into integers. Label maps are long stretches of one
 * value, so the loops look at a whole pixel or eight bytes at a time and are quickest where nothing
 * changes.
 */
final class PngRow {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

  /** Times a byte value: eight of it. */
  private static final long ONES = 0x0101010101010101L;

  private static final int RGB_MASK = 0xffffff;
  private static final int RGB_LOW_BITS = 0x7f7f7f;

  private final PixelKind kind;
  private final int depth;
  private final int pixelBytes;

  PngRow(PixelKind kind, int depth) {
    this.kind = kind;
    this.depth = depth;
    this.pixelBytes = Math.max(1, kind.channels * depth / 8);
  }

  /**
   * Unfilters the row whose filter byte is at {@code row}; the row above begins likewise at {@code
   * above}.
   */
  void unfilter(byte[] bytes, int row, int above, int length) {
    int filter = bytes[row];
    int at = row + 1;
    int up = above + 1;
    switch (filter) {
      case 0 -> {}
      case 1 -> sub(bytes, at, length);
      case 2 -> up(bytes, at, up, length);
      case 3 -> average(bytes, at, up, length);
      case 4 -> {
        if (pixelBytes == 1) {
          paethBytes(bytes, at, up, length);
        } else if (pixelBytes == 3) {
          paethRgb(bytes, at, up, length);
        } else {
          paeth(bytes, at, up, length);
        }
      }
      default -> throw new DatasetException("damaged PNG: unknown row filter " + (filter & 0xff));
    }
  }

  private void sub(byte[] bytes, int at, int length) {
    if (pixelBytes == 1) {
      subBytes(bytes, at, at + length);
      return;
    }
    for (int i = at + pixelBytes, end = at + length; i < end; i++) {
      bytes[i] += bytes[i - pixelBytes];
    }
  }

  private static void subBytes(byte[] bytes, int at, int end) {
    byte left = 0;
    int i = at;
    while (i < end) {
      if (i + 8 <= end && (long) LONG.get(bytes, i) == 0) {
        LONG.set(bytes, i, (left & 0xff) * ONES);
        i += 8;
      } else {
        left += bytes[i];
        bytes[i++] = left;
      }
    }
  }

  private static void up(byte[] bytes, int at, int up, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long residual = (long) LONG.get(bytes, at + i);
      long above = (long) LONG.get(bytes, up + i);
      long sum =
          residual == 0
              ? above
              : ((residual & LOW_BITS) + (above & LOW_BITS)) ^ ((residual ^ above) & ~LOW_BITS);
      LONG.set(bytes, at + i, sum);
    }
    for (; i < length; i++) {
      bytes[at + i] += bytes[up + i];
    }
  }

  private void average(byte[] bytes, int at, int up, int length) {
    for (int i = 0; i < length; i++) {
      int left = i < pixelBytes ? 0 : bytes[at + i - pixelBytes] & 0xff;
      bytes[at + i] += (byte) ((left + (bytes[up + i] & 0xff)) >> 1);
    }
  }

  private void paeth(byte[] bytes, int at, int up, int length) {
    for (int i = 0; i < length; i++) {
      int left = i < pixelBytes ? 0 : bytes[at + i - pixelBytes] & 0xff;
      int corner = i < pixelBytes ? 0 : bytes[up + i - pixelBytes] & 0xff;
      bytes[at + i] += (byte) predict(left, bytes[up + i] & 0xff, corner);
    }
  }

  /**
   * As {@link #paeth} for one byte a pixel, eight at a time where nothing changes: no residual, and
   * the row above is one value.
   */
  private static void paethBytes(byte[] bytes, int at, int up, int length) {
    int left = 0;
    int corner = 0;
    int i = 0;
    while (i < length) {
      if (i + 8 <= length
          && (long) LONG.get(bytes, at + i) == 0
          && (long) LONG.get(bytes, up + i) == corner * ONES) {
        LONG.set(bytes, at + i, left * ONES);
        i += 8;
        continue;
      }
      int above = bytes[up + i] & 0xff;
      int predicted =
          above == corner ? left : left == corner ? above : predict(left, above, corner);
      left = bytes[at + i] + predicted & 0xff;
      bytes[at + i] = (byte) left;
      corner = above;
      i++;
    }
  }

  /**
   * As {@link #paeth}, a pixel at a time: where the pixel above equals its left neighbour the
   * prediction is the left pixel.
   */
  private static void paethRgb(byte[] bytes, int at, int up, int length) {
    int left = 0;
    int corner = 0;
    for (int i = 0; i < length; i += 3) {
      int residual = (int) INT.get(bytes, at + i) & RGB_MASK;
      int above = (int) INT.get(bytes, up + i) & RGB_MASK;
      int predicted =
          above == corner ? left : left == corner ? above : predictRgb(left, above, corner);
      int pixel =
          residual == 0
              ? predicted
              : ((residual & RGB_LOW_BITS) + (predicted & RGB_LOW_BITS))
                  ^ ((residual ^ predicted) & ~RGB_LOW_BITS);
      bytes[at + i] = (byte) pixel;
      bytes[at + i + 1] = (byte) (pixel >> 8);
      bytes[at + i + 2] = (byte) (pixel >> 16);
      left = pixel;
      corner = above;
    }
  }

  private static int predictRgb(int left, int above, int corner) {
    return predict(left & 0xff, above & 0xff, corner & 0xff)
        | predict(left >> 8 & 0xff, above >> 8 & 0xff, corner >> 8 & 0xff) << 8
        | predict(left >> 16 & 0xff, above >> 16 & 0xff, corner >> 16 & 0xff) << 16;
  }

  private static int predict(int left, int above, int corner) {
    int toLeft = Math.abs(above - corner);
    int toAbove = Math.abs(left - corner);
    int toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) {
      return left;
    }
    return toAbove <= toCorner ? above : corner;
  }

  /** Writes the labels of a row's {@code columns} pixels to {@code target}, {@code step} apart. */
  void labels(byte[] bytes, int at, int columns, int[] target, int to, int step) {
    boolean colour =
        switch (kind) {
          case RGB, RGBA -> true;
          case GREY, GREY_ALPHA, PALETTE -> false;
        };
    if (step == 1 && pixelBytes == 3) {
      coloursToInts(bytes, at, columns, target, to);
    } else if (colour) {
      for (int i = 0; i < columns; i++) {
        target[to + i * step] = (int) INT.get(bytes, at + i * pixelBytes) & RGB_MASK;
      }
    } else if (depth == 8) {
      for (int i = 0; i < columns; i++) {
        target[to + i * step] = bytes[at + i * pixelBytes] & 0xff;
      }
    } else if (depth == 16) {
      for (int i = 0; i < columns; i++) {
        int j = at + i * pixelBytes;
        target[to + i * step] = (bytes[j] & 0xff) << 8 | (bytes[j + 1] & 0xff);
      }
    } else {
      packed(bytes, at, columns, target, to, step);
    }
  }

  private static void coloursToInts(byte[] bytes, int at, int n, int[] target, int to) {
    int i = 0;
    for (; i + 8 <= n; i += 8) {
      long a = (long) LONG.get(bytes, at + 3 * i);
      long b = (long) LONG.get(bytes, at + 3 * i + 8);
      long c = (long) LONG.get(bytes, at + 3 * i + 16);
      int j = to + i;
      target[j] = (int) a & RGB_MASK;
      target[j + 1] = (int) (a >>> 24) & RGB_MASK;
      target[j + 2] = (int) (a >>> 48 | b << 16) & RGB_MASK;
      target[j + 3] = (int) (b >>> 8) & RGB_MASK;
      target[j + 4] = (int) (b >>> 32) & RGB_MASK;
      target[j + 5] = (int) (b >>> 56 | c << 8) & RGB_MASK;
      target[j + 6] = (int) (c >>> 16) & RGB_MASK;
      target[j + 7] = (int) (c >>> 40);
    }
    for (; i < n; i++) {
      target[to + i] = (int) INT.get(bytes, at + 3 * i) & RGB_MASK;
    }
  }

  private void packed(byte[] bytes, int at, int columns, int[] target, int to, int step) {
    int mask = (1 << depth) - 1;
    for (int i = 0; i < columns; i++) {
      int bit = i * depth;
      target[to + i * step] = (bytes[at + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

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
        if (pixelBytes == 3) {
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
      byte left = 0;
      for (int i = at, end = at + length; i < end; i++) {
        left += bytes[i];
        bytes[i] = left;
      }
      return;
    }
    for (int i = at + pixelBytes, end = at + length; i < end; i++) {
      bytes[i] += bytes[i - pixelBytes];
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
    if (colour) {
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

  private void packed(byte[] bytes, int at, int columns, int[] target, int to, int step) {
    int mask = (1 << depth) - 1;
    for (int i = 0; i < columns; i++) {
      int bit = i * depth;
      target[to + i * step] = (bytes[at + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

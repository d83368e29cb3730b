package org.maskwright.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng.PixelKind;

/**
 * Undoes PNG's row filters. Label maps are long stretches of one value, so the loops look at eight
 * bytes or eight pixels at a time and are quickest where nothing changes.
 *
 * <p>A filtered row holds differences to a prediction from the pixels left, above, and above left
 * (corner). Paeth's prediction is the left pixel where above = corner, and the one above where left
 * = corner; with differences of zero the latter stays so.
 */
final class PngRow {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

  /** Times a byte value: eight of it. */
  private static final long ONES = 0x0101010101010101L;

  private static final int RGB_BYTES = 3;

  /** Eight RGB pixels. */
  private static final int GROUP_BYTES = 24;

  private static final int RGB_MASK = 0xffffff;
  private static final int RGB_LOW_BITS = 0x7f7f7f;

  private final PixelKind kind;
  private final int depth;
  private final int pixelBytes;
  private final byte[] in;
  private final byte[] out;

  /**
   * @param in holds filtered rows
   * @param out gets rows, and holds the row above
   */
  PngRow(PixelKind kind, int depth, byte[] in, byte[] out) {
    this.kind = kind;
    this.depth = depth;
    this.pixelBytes = Math.max(1, kind.channels * depth / 8);
    this.in = in;
    this.out = out;
  }

  /**
   * Unfilters a row.
   *
   * @param filtered where in {@code in} the number of the row's filter is, and then its bytes
   * @param to where in {@code out} the row goes
   * @param up where in {@code out} the row above is; -1 for the first row, above which are zeros
   * @param length bytes of the row, without the filter's number
   */
  void unfilter(int filtered, int to, int up, int length) {
    int from = filtered + 1;
    switch (in[filtered]) {
      case 0 -> System.arraycopy(in, from, out, to, length);
      case 1 -> unfilterSub(from, to, length);
      case 2 -> {
        if (up < 0) {
          System.arraycopy(in, from, out, to, length);
        } else {
          up(from, to, up, length);
        }
      }
      case 3 -> average(from, to, up, length);
      case 4 -> {
        if (up < 0) {
          unfilterSub(from, to, length); // below zeros the prediction is the left pixel
        } else if (pixelBytes == 1) {
          paethBytes(from, to, up, length);
        } else if (pixelBytes == RGB_BYTES) {
          paethRgb(from, to, up, length);
        } else {
          paeth(from, to, up, length);
        }
      }
      default ->
          throw new DatasetException("damaged PNG: unknown row filter " + (in[filtered] & 0xff));
    }
  }

  private void unfilterSub(int from, int to, int length) {
    if (pixelBytes == 1) {
      subBytes(from, to, length);
    } else if (pixelBytes == RGB_BYTES) {
      subRgb(from, to, length);
    } else {
      System.arraycopy(in, from, out, to, length);
      for (int i = to + pixelBytes; i < to + length; i++) {
        out[i] += out[i - pixelBytes];
      }
    }
  }

  private void subBytes(int from, int to, int length) {
    byte[] source = in;
    byte[] target = out;
    byte left = 0;
    int i = 0;
    while (i < length) {
      if (i + 8 <= length && (long) LONG.get(source, from + i) == 0) {
        LONG.set(target, to + i, (left & 0xff) * ONES);
        i += 8;
      } else {
        left += source[from + i];
        target[to + i++] = left;
      }
    }
  }

  private void subRgb(int from, int to, int length) {
    byte[] source = in;
    byte[] target = out;
    int left = 0;
    int i = 0;
    while (i < length) {
      if (i + GROUP_BYTES <= length && unchanged(source, from + i)) {
        fillGroup(target, to + i, left);
        i += GROUP_BYTES;
      } else {
        left = addRgb(rgb(source, from + i), left);
        putRgb(target, to + i, left);
        i += RGB_BYTES;
      }
    }
  }

  private void up(int from, int to, int up, int length) {
    byte[] source = in;
    byte[] target = out;
    System.arraycopy(target, up, target, to, length);
    int i = 0;
    while (i + 8 <= length) {
      if (i + GROUP_BYTES <= length && unchanged(source, from + i)) {
        i += GROUP_BYTES;
        continue;
      }
      long difference = (long) LONG.get(source, from + i);
      long above = (long) LONG.get(target, to + i);
      long sum = (difference & LOW_BITS) + (above & LOW_BITS) ^ (difference ^ above) & ~LOW_BITS;
      LONG.set(target, to + i, sum);
      i += 8;
    }
    for (; i < length; i++) {
      target[to + i] += source[from + i];
    }
  }

  private void average(int from, int to, int up, int length) {
    for (int i = 0; i < length; i++) {
      int left = i < pixelBytes ? 0 : out[to + i - pixelBytes] & 0xff;
      int above = up < 0 ? 0 : out[up + i] & 0xff;
      out[to + i] = (byte) (in[from + i] + (left + above >> 1));
    }
  }

  private void paeth(int from, int to, int up, int length) {
    for (int i = 0; i < length; i++) {
      int left = i < pixelBytes ? 0 : out[to + i - pixelBytes] & 0xff;
      int corner = i < pixelBytes ? 0 : out[up + i - pixelBytes] & 0xff;
      out[to + i] = (byte) (in[from + i] + predict(left, out[up + i] & 0xff, corner));
    }
  }

  private void paethBytes(int from, int to, int up, int length) {
    byte[] source = in;
    byte[] target = out;
    int left = 0;
    int corner = 0;
    int i = 0;
    while (i < length) {
      if (i + 8 <= length && (long) LONG.get(source, from + i) == 0) {
        long above = (long) LONG.get(target, up + i);
        boolean asAbove = left == corner;
        if (asAbove || above == corner * ONES) {
          LONG.set(target, to + i, asAbove ? above : left * ONES);
          left = target[to + i + 7] & 0xff;
          corner = target[up + i + 7] & 0xff;
          i += 8;
          continue;
        }
      }
      int above = target[up + i] & 0xff;
      int predicted =
          above == corner ? left : left == corner ? above : predict(left, above, corner);
      left = source[from + i] + predicted & 0xff;
      target[to + i] = (byte) left;
      corner = above;
      i++;
    }
  }

  private void paethRgb(int from, int to, int up, int length) {
    byte[] source = in;
    byte[] target = out;
    int left = 0;
    int corner = 0;
    int i = 0;
    while (i < length) {
      if (i + GROUP_BYTES <= length && unchanged(source, from + i)) {
        boolean asAbove = left == corner;
        if (asAbove || isGroupOf(target, up + i, corner)) {
          if (asAbove) {
            copyGroup(target, up + i, to + i);
          } else {
            fillGroup(target, to + i, left);
          }
          i += GROUP_BYTES;
          left = rgb(target, to + i - RGB_BYTES);
          corner = rgb(target, up + i - RGB_BYTES);
          continue;
        }
      }
      int above = rgb(target, up + i);
      int predicted =
          above == corner ? left : left == corner ? above : predictRgb(left, above, corner);
      left = addRgb(rgb(source, from + i), predicted);
      putRgb(target, to + i, left);
      corner = above;
      i += RGB_BYTES;
    }
  }

  /** Whether the next 24 differences are zero. */
  private static boolean unchanged(byte[] row, int at) {
    return ((long) LONG.get(row, at) | (long) LONG.get(row, at + 8) | (long) LONG.get(row, at + 16))
        == 0;
  }

  private static void fillGroup(byte[] row, int to, long rgb) {
    LONG.set(row, to, rgb | rgb << 24 | rgb << 48);
    LONG.set(row, to + 8, rgb >>> 16 | rgb << 8 | rgb << 32 | rgb << 56);
    LONG.set(row, to + 16, rgb >>> 8 | rgb << 16 | rgb << 40);
  }

  private static boolean isGroupOf(byte[] bytes, int at, long rgb) {
    return (long) LONG.get(bytes, at) == (rgb | rgb << 24 | rgb << 48)
        && (long) LONG.get(bytes, at + 8) == (rgb >>> 16 | rgb << 8 | rgb << 32 | rgb << 56)
        && (long) LONG.get(bytes, at + 16) == (rgb >>> 8 | rgb << 16 | rgb << 40);
  }

  private static void copyGroup(byte[] row, int from, int to) {
    LONG.set(row, to, (long) LONG.get(row, from));
    LONG.set(row, to + 8, (long) LONG.get(row, from + 8));
    LONG.set(row, to + 16, (long) LONG.get(row, from + 16));
  }

  private static int rgb(byte[] bytes, int at) {
    return at + Integer.BYTES <= bytes.length
        ? (int) INT.get(bytes, at) & RGB_MASK
        : bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
  }

  private static int addRgb(int a, int b) {
    return (a & RGB_LOW_BITS) + (b & RGB_LOW_BITS) ^ (a ^ b) & ~RGB_LOW_BITS;
  }

  private static void putRgb(byte[] row, int at, int rgb) {
    row[at] = (byte) rgb;
    row[at + 1] = (byte) (rgb >> 8);
    row[at + 2] = (byte) (rgb >> 16);
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

  /** Writes the labels of an unfiltered row's pixels to {@code labels}, {@code step} apart. */
  void labels(int row, int columns, int[] labels, int to, int step) {
    for (int i = 0; i < columns; i++) {
      int pixel = row + i * pixelBytes;
      labels[to + i * step] =
          switch (kind) {
            case RGB, RGBA -> rgb(out, pixel);
            case GREY, GREY_ALPHA, PALETTE ->
                switch (depth) {
                  case 8 -> out[pixel] & 0xff;
                  case 16 -> (out[pixel] & 0xff) << 8 | (out[pixel + 1] & 0xff);
                  default -> packed(row, i * depth);
                };
          };
    }
  }

  private int packed(int row, int bit) {
    return (out[row + (bit >> 3)] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  }
}

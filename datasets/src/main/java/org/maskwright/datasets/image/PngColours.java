package org.maskwright.datasets.image;

import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.image.LabelPng.PixelKind;

/**
 * What the bytes of a PNG's rows are as colours: grey as three equal channels, small depths spread
 * over 0 to 255, of 16 bits the high byte, alpha dropped.
 */
final class PngColours {
  private static final int BYTE_BITS = 8;

  private final PixelKind kind;
  private final int depth;
  private final byte[] palette;

  private PngColours(PixelKind kind, int depth, byte[] palette) {
    this.kind = kind;
    this.depth = depth;
    this.palette = palette;
  }

  PixelKind kind() {
    return kind;
  }

  /** Bits of a channel. */
  int depth() {
    return depth;
  }

  /**
   * The colours of a kind of PNG.
   *
   * @param palette R, G, B of each index; empty where there is none
   */
  static PngColours of(int type, int depth, byte[] palette) {
    for (PixelKind kind : PixelKind.values()) {
      boolean small = depth == 1 || depth == 2 || depth == 4;
      boolean whole = depth == BYTE_BITS || depth == 2 * BYTE_BITS;
      boolean known =
          switch (kind) {
            case GREY -> small || whole;
            case PALETTE -> small || depth == BYTE_BITS;
            case GREY_ALPHA, RGB, RGBA -> whole;
          };
      if (kind.code == type && known) {
        return new PngColours(kind, depth, palette);
      }
    }
    throw new DatasetException("PNG: unknown colour type " + type + " with " + depth + " bits");
  }

  /** Bytes of a row, without the number of its filter. */
  int rowBytes(int width) {
    return Math.toIntExact(((long) width * kind.channels * depth + BYTE_BITS - 1) / BYTE_BITS);
  }

  /** Turns an unfiltered row into RGB. */
  void toRgb(byte[] row, int from, int width, byte[] rgb) {
    switch (kind) {
      case GREY, GREY_ALPHA -> {
        int most = (1 << Math.min(depth, BYTE_BITS)) - 1;
        for (int x = 0; x < width; x++) {
          byte grey = (byte) (sample(row, from, x * kind.channels) * 255 / most);
          rgb[3 * x] = grey;
          rgb[3 * x + 1] = grey;
          rgb[3 * x + 2] = grey;
        }
      }
      case PALETTE -> {
        for (int x = 0; x < width; x++) {
          int entry = 3 * sample(row, from, x);
          if (entry + 3 > palette.length) {
            throw new DatasetException(
                "PNG: index %d, the palette has %d colours"
                    .formatted(entry / 3, palette.length / 3));
          }
          System.arraycopy(palette, entry, rgb, 3 * x, 3);
        }
      }
      case RGB, RGBA -> {
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) sample(row, from, x * kind.channels + c);
          }
        }
      }
    }
  }

  /** A channel's value, of 16 bits the high byte. */
  private int sample(byte[] row, int from, int index) {
    if (depth >= BYTE_BITS) {
      return row[from + index * (depth / BYTE_BITS)] & 0xFF;
    }
    int bit = index * depth;
    return (row[from + bit / BYTE_BITS] >> (BYTE_BITS - depth - bit % BYTE_BITS))
        & ((1 << depth) - 1);
  }
}

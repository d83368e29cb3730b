package org.maskwright.datasets.labelling;

import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.Rle;

/**
 * Label Studio's brush strokes: the bytes of an RGBA picture, packed bit by bit; what is not
 * transparent is of the object.
 *
 * <p><b>Maths</b> 32 bits: the number of values. 5 bits: bits of a value, less one. Four times 4
 * bits: bits of a length, less one. Then pieces: 1 bit says whether all values of the piece are the
 * same, 2 bits which of the four kinds of length follows, the length less one, and one value or
 * that many.
 *
 * <p><b>Source</b> the format of thi.ng/rle-pack, as labelstud.io/guide/export documents it.
 */
final class BrushRle {
  private static final int CHANNELS = 4;
  private static final int BYTE_BITS = 8;

  private final double[] bytes;
  private long at; // in bits

  private BrushRle(double[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Unpacks a mask.
   *
   * @throws DatasetException if it is cut off, or of another size
   */
  static Rle decode(double[] bytes, int height, int width) {
    return new BrushRle(bytes).mask(height, width);
  }

  private Rle mask(int height, int width) {
    long values = bits(32);
    long expected = (long) CHANNELS * height * width;
    if (values != expected) {
      throw new DatasetException(
          "rle: expected %d values for %d x %d pixels, got %d"
              .formatted(expected, width, height, values));
    }
    int valueBits = (int) bits(5) + 1;
    int[] lengthBits = new int[4];
    for (int i = 0; i < lengthBits.length; i++) {
      lengthBits[i] = (int) bits(4) + 1;
    }
    byte[] bitmap = new byte[Math.multiplyExact(height, width)];
    long i = 0;
    while (i < values) {
      boolean same = bits(1) == 1;
      long end = Math.min(values, i + 1 + bits(lengthBits[(int) bits(2)]));
      long value = same ? bits(valueBits) : 0;
      for (; i < end; i++) {
        value = same ? value : bits(valueBits);
        if (i % CHANNELS == CHANNELS - 1 && value > 0) {
          bitmap[(int) (i / CHANNELS)] = 1;
        }
      }
    }
    return Rle.ofBitmap(bitmap, height, width);
  }

  private long bits(int count) {
    long value = 0;
    for (int i = 0; i < count; i++, at++) {
      int index = (int) (at / BYTE_BITS);
      if (index >= bytes.length) {
        throw new DatasetException("rle: cut off after %d bytes".formatted(bytes.length));
      }
      int shift = BYTE_BITS - 1 - (int) (at % BYTE_BITS);
      value = value << 1 | (int) bytes[index] >> shift & 1;
    }
    return value;
  }
}

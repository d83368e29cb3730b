package org.maskwright.datasets.mask;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * COCO's compressed string: each length (from the fourth on, its difference to the length two
 * before) in groups of 5 bits, lowest first, bit 5 of a character saying that more follow and bit 4
 * of the last one carrying the sign, plus 48.
 */
final class RleString {
  private static final int FIRST_CHARACTER = 48;
  private static final int MORE = 0x20;
  private static final int SIGN = 0x10;
  private static final int GROUP_BITS = 5;

  /** A difference of two lengths below 2^31 needs 33 bits with its sign: 7 groups. */
  private static final int MAX_GROUPS = 7;

  private static final int LENGTH_BITS = 3;
  private static final int LENGTH = (1 << LENGTH_BITS) - 1;

  private RleString() {}

  static int[] decode(byte[] text, int from, int length, int height, int width, int pixels) {
    int numbers = 0;
    for (int i = from; i < from + length; i++) {
      numbers += (text[i] - FIRST_CHARACTER & MORE) == 0 ? 1 : 0;
    }
    int[] counts = new int[numbers];
    read(text, from, length, height, width, pixels, counts);
    return counts;
  }

  /** The pixels of the foreground alone. */
  static long area(byte[] text, int from, int length, int height, int width, int pixels) {
    return read(text, from, length, height, width, pixels, null);
  }

  /**
   * Reads the lengths and refuses what is not in the alphabet, ends inside a number, is too long
   * for one, or does not fit the size.
   *
   * @param counts receives them, if it is not null
   * @return the pixels of the foreground
   */
  private static long read(
      byte[] text, int from, int length, int height, int width, int pixels, int[] counts) {
    int end = from + length;
    int position = from;
    int before = 0;
    int twoBefore = 0;
    long sum = 0;
    long area = 0;
    for (int m = 0; position < end; m++) {
      int c = text[position] - FIRST_CHARACTER;
      long value;
      if (c >= 0 && c < MORE) {
        value = signed(c); // most lengths differ little from the one two before
        position++;
      } else {
        long number = number(text, from, position, end);
        value = number >> LENGTH_BITS;
        position += (int) number & LENGTH;
      }
      if (m > 2) {
        value += twoBefore;
      }
      if (value < 0) {
        throw new IllegalArgumentException(
            "RLE string: run " + m + " has the negative length " + value);
      }
      sum += value;
      if (sum > pixels) {
        throw Rle.wrongSum(height, width, sum);
      }
      area += (m & 1) == 1 ? value : 0;
      if (counts != null) {
        counts[m] = (int) value;
      }
      twoBefore = before;
      before = (int) value;
    }
    if (sum != pixels) {
      throw Rle.wrongSum(height, width, sum);
    }
    return area;
  }

  /** A group of 5 bits, the highest of which is the sign. */
  private static int signed(int group) {
    return group << Integer.SIZE - GROUP_BITS >> Integer.SIZE - GROUP_BITS;
  }

  /** A number of several groups; in its lowest bits how many there are. */
  private static long number(byte[] text, int from, int start, int end) {
    long value = 0;
    int bits = 0;
    int position = start;
    int c;
    do {
      if (position == end) {
        throw new IllegalArgumentException("RLE string: ends inside a number");
      }
      c = text[position] - FIRST_CHARACTER;
      if (c < 0 || c > 63) {
        throw new IllegalArgumentException(
            "RLE string: character code %d at %d, expected 48 to 111"
                .formatted(text[position], position - from));
      }
      if (bits == MAX_GROUPS * GROUP_BITS) {
        throw new IllegalArgumentException(
            "RLE string: number at " + (position - from) + " is too long");
      }
      value |= (long) (c & 0x1f) << bits;
      bits += GROUP_BITS;
      position++;
    } while ((c & MORE) != 0);
    if ((c & SIGN) != 0) {
      value |= -1L << bits;
    }
    return value << LENGTH_BITS | position - start;
  }

  static String encode(int[] counts) {
    byte[] text = new byte[counts.length * 2 + 8];
    int size = 0;
    for (int m = 0; m < counts.length; m++) {
      long value = m > 2 ? (long) counts[m] - counts[m - 2] : counts[m];
      if (size + MAX_GROUPS > text.length) {
        text = Arrays.copyOf(text, text.length * 2);
      }
      boolean more;
      do {
        int group = (int) (value & 0x1f);
        value >>= 5;
        more = (group & SIGN) != 0 ? value != -1 : value != 0;
        text[size++] = (byte) (FIRST_CHARACTER + (more ? group | MORE : group));
      } while (more);
    }
    return new String(text, 0, size, StandardCharsets.US_ASCII);
  }
}

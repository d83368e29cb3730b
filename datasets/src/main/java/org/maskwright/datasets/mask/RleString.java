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

  /** A difference of two lengths below 2^31 needs 33 bits with its sign: 7 groups. */
  private static final int MAX_GROUPS = 7;

  private RleString() {}

  static int[] decode(byte[] text, int from, int length, int height, int width, int pixels) {
    int[] counts = new int[numbers(text, from, length)];
    int end = from + length;
    int position = from;
    long sum = 0;
    for (int m = 0; m < counts.length; m++) {
      int c = text[position++] - FIRST_CHARACTER;
      long value = c & 0x1f;
      int bits = 5;
      while ((c & MORE) != 0) {
        c = text[position++] - FIRST_CHARACTER;
        value |= (long) (c & 0x1f) << bits;
        bits += 5;
      }
      if ((c & SIGN) != 0) {
        value |= -1L << bits;
      }
      if (m > 2) {
        value += counts[m - 2];
      }
      if (value < 0) {
        throw new IllegalArgumentException(
            "RLE string: run " + m + " has the negative length " + value);
      }
      sum += value;
      if (sum > pixels) {
        throw Rle.wrongSum(height, width, sum);
      }
      counts[m] = (int) value;
    }
    if (sum != pixels || position != end) {
      throw Rle.wrongSum(height, width, sum);
    }
    return counts;
  }

  /**
   * Counts the numbers and refuses what is not in the alphabet, ends inside a number, or is too
   * long for one.
   */
  private static int numbers(byte[] text, int from, int length) {
    int numbers = 0;
    int groups = 0;
    for (int i = from; i < from + length; i++) {
      int c = text[i] - FIRST_CHARACTER;
      if (c < 0 || c > 63) {
        throw new IllegalArgumentException(
            "RLE string: character code " + text[i] + " at " + (i - from) + ", expected 48 to 111");
      }
      groups++;
      if (groups > MAX_GROUPS) {
        throw new IllegalArgumentException("RLE string: number at " + (i - from) + " is too long");
      }
      if ((c & MORE) == 0) {
        numbers++;
        groups = 0;
      }
    }
    if (groups != 0) {
      throw new IllegalArgumentException("RLE string: ends inside a number");
    }
    return numbers;
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

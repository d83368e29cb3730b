package org.maskwright.trainer.loss;

/** Selection of the values of smallest magnitude, in linear time. */
final class NearestToZero {
  private static final int RADIX_BITS = 12;

  private NearestToZero() {}

  /**
   * Indices (from 0) of the {@code k} values of smallest magnitude among {@code count} from {@code
   * from} on, ascending; of equal values the first ones.
   */
  static int[] select(float[] values, int from, int count, int k) {
    // The bits of |x| order like |x|: three passes of a histogram, over 12, 12 and 7 bits, find the
    // k-th smallest exactly.
    int threshold = kthSmallestBits(values, from, count, k);
    int[] out = new int[k];
    int below = 0;
    for (int i = 0; i < count; i++) {
      below += bits(values[from + i]) < threshold ? 1 : 0;
    }
    int equal = k - below;
    int taken = 0;
    for (int i = 0; i < count && taken < k; i++) {
      int b = bits(values[from + i]);
      if (b < threshold || b == threshold && equal-- > 0) {
        out[taken++] = i;
      }
    }
    return out;
  }

  private static int bits(float x) {
    return Float.floatToRawIntBits(x) & 0x7FFFFFFF;
  }

  /** Magnitude bits of the k-th smallest (k from 1; 0 gives 0), by radix selection from the top. */
  private static int kthSmallestBits(float[] values, int from, int count, int k) {
    int prefix = 0;
    int known = 0;
    int rank = k;
    if (k == 0) {
      return 0;
    }
    while (known < 31) {
      int width = Math.min(RADIX_BITS, 31 - known);
      int shift = 31 - known - width;
      int[] histogram = new int[1 << width];
      for (int i = 0; i < count; i++) {
        int b = bits(values[from + i]);
        if (known == 0 || b >>> (31 - known) == prefix) {
          histogram[b >>> shift & (1 << width) - 1]++;
        }
      }
      int digit = 0;
      while (rank > histogram[digit]) {
        rank -= histogram[digit++];
      }
      prefix = prefix << width | digit;
      known += width;
    }
    return prefix;
  }
}

package org.maskwright.datasets.metrics;

/**
 * numpy's mean, bit for bit: blocks of 8192 values, each summed pairwise. Values of -1 (nothing to
 * measure) are left out. From its release 2.3 on numpy takes all values as one block, which changes
 * no more than the last digits.
 *
 * <p><b>Source</b> numpy's pairwise_sum, whose buffered reductions take 8192 values at a time.
 */
final class PairwiseMean {
  static final double NONE = -1;

  private static final int BLOCK = 8192;
  private static final int UNROLLED = 8;
  private static final int PAIRWISE_LEAF = 128;

  private final double[] values;
  private int size;

  PairwiseMean(int capacity) {
    values = new double[capacity];
  }

  void add(double value) {
    if (value > NONE) {
      values[size++] = value;
    }
  }

  /** The mean, or -1 if there was no value. */
  double mean() {
    if (size == 0) {
      return NONE;
    }
    double sum = 0;
    for (int from = 0; from < size; from += BLOCK) {
      sum += sum(from, Math.min(BLOCK, size - from));
    }
    return sum / size;
  }

  private double sum(int from, int n) {
    if (n < UNROLLED) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += values[from + i];
      }
      return sum;
    }
    if (n <= PAIRWISE_LEAF) {
      return leaf(from, n);
    }
    int half = n / 2;
    half -= half % UNROLLED;
    return sum(from, half) + sum(from + half, n - half);
  }

  private double leaf(int from, int n) {
    double[] r = new double[UNROLLED];
    System.arraycopy(values, from, r, 0, UNROLLED);
    int i = UNROLLED;
    for (; i < n - n % UNROLLED; i += UNROLLED) {
      for (int j = 0; j < UNROLLED; j++) {
        r[j] += values[from + i + j];
      }
    }
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; i++) {
      sum += values[from + i];
    }
    return sum;
  }
}

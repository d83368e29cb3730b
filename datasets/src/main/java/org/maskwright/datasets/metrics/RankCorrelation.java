package org.maskwright.datasets.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Spearman's rank correlation: whether one list of numbers rises where the other does. */
public final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * The correlation of the ranks of two lists, in [-1,1]; equal numbers share the mean of their
   * ranks. NaN where a list has not two different numbers.
   *
   * @throws IllegalArgumentException if the lists differ in length
   */
  public static double spearman(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "rank correlation: expected lists of one length, got %d and %d"
              .formatted(a.length, b.length));
    }
    double[] p = ranks(a);
    double[] q = ranks(b);
    double mean = (a.length - 1) / 2.0;
    double both = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < a.length; i++) {
      both += (p[i] - mean) * (q[i] - mean);
      first += (p[i] - mean) * (p[i] - mean);
      second += (q[i] - mean) * (q[i] - mean);
    }
    return first == 0 || second == 0 ? Double.NaN : both / Math.sqrt(first * second);
  }

  private static double[] ranks(double[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] out = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        out[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return out;
  }
}

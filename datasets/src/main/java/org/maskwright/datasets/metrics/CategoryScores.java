package org.maskwright.datasets.metrics;

import java.util.Arrays;
import java.util.Comparator;

/**
 * What is kept of one category: for every detection its score, its place, and for each area range
 * and IoU threshold whether it was matched and whether it is ignored (bit {@code area * 10 +
 * threshold}); 32 bytes a detection.
 */
final class CategoryScores {
  private static final double EPSILON = Math.ulp(1.0);

  private double[] scores = new double[16];
  private int[] images = new int[16];
  private int[] ranks = new int[16];
  private long[] matched = new long[16];
  private long[] ignored = new long[16];
  private int size;
  private final long[] positives = new long[AreaRange.COUNT];
  private int[] order;

  static long bit(int area, int threshold) {
    return 1L << (area * Thresholds.IOUS + threshold);
  }

  void addPositives(int area, int count) {
    positives[area] += count;
  }

  /** Adds a detection: the rank-th best of its image in this category. */
  void add(double score, int image, int rank, long matchedBits, long ignoredBits) {
    if (size == scores.length) {
      int capacity = size * 2;
      scores = Arrays.copyOf(scores, capacity);
      images = Arrays.copyOf(images, capacity);
      ranks = Arrays.copyOf(ranks, capacity);
      matched = Arrays.copyOf(matched, capacity);
      ignored = Arrays.copyOf(ignored, capacity);
    }
    scores[size] = score + 0.0; // -0.0 ties with 0.0
    images[size] = image;
    ranks[size] = rank;
    matched[size] = matchedBits;
    ignored[size++] = ignoredBits;
  }

  /** Orders the detections by falling score, ties by the images' order and then by rank. */
  void sort(int[] imageOrder) {
    Integer[] sorted = new Integer[size];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(
        sorted,
        Comparator.<Integer>comparingDouble(i -> -scores[i])
            .thenComparingInt(i -> imageOrder[images[i]])
            .thenComparingInt(i -> ranks[i]));
    order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = sorted[i];
    }
  }

  boolean hasPositives(int area) {
    return positives[area] > 0;
  }

  /** The share of positives found by each image's {@code maxDets} best, -1 without positives. */
  double recall(int area, int threshold, int maxDets) {
    if (positives[area] == 0) {
      return PairwiseMean.NONE;
    }
    long bit = bit(area, threshold);
    long truePositives = 0;
    for (int i = 0; i < size; i++) {
      if (ranks[i] < maxDets && (ignored[i] & bit) == 0 && (matched[i] & bit) != 0) {
        truePositives++;
      }
    }
    return (double) truePositives / positives[area];
  }

  /** Fills the interpolated precision at each recall threshold; -1 without positives. */
  void precision(int area, int threshold, int maxDets, double[] target, int from, int step) {
    long bit = bit(area, threshold);
    double[] precision = new double[size];
    double[] recall = new double[size];
    int points = 0;
    long truePositives = 0;
    long falsePositives = 0;
    for (int i : order) {
      if (ranks[i] < maxDets && (ignored[i] & bit) == 0) {
        if ((matched[i] & bit) != 0) {
          truePositives++;
        } else {
          falsePositives++;
        }
        recall[points] = (double) truePositives / positives[area];
        precision[points++] = truePositives / ((falsePositives + truePositives) + EPSILON);
      }
    }
    for (int i = points - 1; i > 0; i--) {
      precision[i - 1] = Math.max(precision[i - 1], precision[i]);
    }
    int point = 0;
    for (int r = 0; r < Thresholds.RECALLS; r++) {
      while (point < points && recall[point] < Thresholds.recall(r)) {
        point++;
      }
      double value = point < points ? precision[point] : 0;
      target[from + r * step] = positives[area] == 0 ? PairwiseMean.NONE : value;
    }
  }
}

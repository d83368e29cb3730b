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

  static long bit(int area, int threshold) {
    return 1L << (area * Thresholds.IOUS + threshold);
  }

  void addPositives(int area, int count) {
    positives[area] += count;
  }

  /** Adds a detection: the rank-th best of its image in this category. */
  void add(double score, int image, int rank, long matchedBits, long ignoredBits) {
    if (size == scores.length) {
      int capacity = Math.max(16, size * 2);
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
    double[] oldScores = scores;
    int[] oldImages = images;
    int[] oldRanks = ranks;
    long[] oldMatched = matched;
    long[] oldIgnored = ignored;
    scores = new double[size];
    images = new int[size];
    ranks = new int[size];
    matched = new long[size];
    ignored = new long[size];
    for (int i = 0; i < size; i++) {
      int from = sorted[i];
      scores[i] = oldScores[from];
      images[i] = oldImages[from];
      ranks[i] = oldRanks[from];
      matched[i] = oldMatched[from];
      ignored[i] = oldIgnored[from];
    }
  }

  /**
   * The share of positives found by each image's {@code maxDets} best, [area * 10 + threshold]; -1
   * without positives.
   */
  double[] recalls(int maxDets) {
    long[] truePositives = new long[AreaRange.COUNT * Thresholds.IOUS];
    for (int i = 0; i < size; i++) {
      if (ranks[i] < maxDets) {
        for (long rest = matched[i] & ~ignored[i]; rest != 0; rest &= rest - 1) {
          truePositives[Long.numberOfTrailingZeros(rest)]++;
        }
      }
    }
    double[] recalls = new double[truePositives.length];
    for (int i = 0; i < recalls.length; i++) {
      long all = positives[i / Thresholds.IOUS];
      recalls[i] = all == 0 ? PairwiseMean.NONE : (double) truePositives[i] / all;
    }
    return recalls;
  }

  /** Fills the interpolated precision at each recall threshold; -1 without positives. */
  void precision(int area, int threshold, int maxDets, double[] target, int from, int step) {
    if (positives[area] == 0) {
      for (int r = 0; r < Thresholds.RECALLS; r++) {
        target[from + r * step] = PairwiseMean.NONE;
      }
      return;
    }
    long bit = bit(area, threshold);
    double[] precision = new double[size];
    double[] recall = new double[size];
    int points = 0;
    long truePositives = 0;
    long falsePositives = 0;
    for (int i = 0; i < size; i++) {
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
      target[from + r * step] = point < points ? precision[point] : 0;
    }
  }
}

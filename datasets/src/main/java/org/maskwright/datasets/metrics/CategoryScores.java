package org.maskwright.datasets.metrics;

import java.util.Arrays;

/**
 * What is kept of one category: for every detection its score, its place, and for each area range
 * and IoU threshold whether it was matched and whether it is ignored (bit {@code area * 10 +
 * threshold}); 32 bytes a detection.
 */
final class CategoryScores {
  private static final double EPSILON = Math.ulp(1.0);
  private static final int BITS = AreaRange.COUNT * Thresholds.IOUS;

  /** Every area range and threshold. */
  static final long ALL = (1L << BITS) - 1;

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

  /** The thresholds of all area ranges to which an area does not belong. */
  static long outside(SizeBounds sizes, double area) {
    long bits = 0;
    for (int range = 0; range < AreaRange.COUNT; range++) {
      if (sizes.excludes(AreaRange.at(range), area)) {
        bits |= ((1L << Thresholds.IOUS) - 1) << (range * Thresholds.IOUS);
      }
    }
    return bits;
  }

  void addPositives(int area, int count) {
    positives[area] += count;
  }

  /** Adds a detection: the rank-th best of its image in this category, its ranks rising. */
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

  /**
   * The detections by falling score, ties by the images' order and then by rank.
   *
   * @param imageOrder the place of each image
   */
  int[] order(int[] imageOrder) {
    long[] byImage = new long[size];
    for (int i = 0; i < size; i++) {
      byImage[i] = (long) imageOrder[images[i]] << 32 | i; // ranks of an image rise
    }
    Arrays.sort(byImage);
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = (int) byImage[i];
    }
    return byFallingScore(order);
  }

  /** Merges sorted stretches, each twice as long as before; ties stay in order. */
  private int[] byFallingScore(int[] order) {
    int[] from = order;
    int[] to = new int[size];
    for (int length = 1; length < size; length = Math.min(size, 2 * length)) {
      for (int start = 0; start < size; start += 2 * length) {
        int middle = Math.min(size, start + length);
        int end = Math.min(size, middle + length);
        int a = start;
        int b = middle;
        for (int i = start; i < end; i++) {
          boolean first = b >= end || (a < middle && scores[from[a]] >= scores[from[b]]);
          to[i] = first ? from[a++] : from[b++];
        }
      }
      int[] merged = to;
      to = from;
      from = merged;
    }
    return from;
  }

  /**
   * The share of positives found by each image's {@code maxDets} best, [area * 10 + threshold]; -1
   * without positives.
   */
  double[] recalls(int maxDets) {
    long[] truePositives = new long[BITS];
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

  /**
   * Fills the interpolated precision at each recall threshold; -1 without positives.
   *
   * <p>Precision falls with every wrong detection and recall rises with right ones alone, so the
   * curve is told by how many wrong ones come before each right one.
   *
   * @param order of the detections, see {@link #order}
   * @param target [area][(threshold * 101 + recall) * step]
   */
  void precision(int[] order, int maxDets, double[][] target, int from, int step) {
    int[] wrong = new int[BITS];
    int[] right = new int[BITS];
    int[][] wrongBefore = new int[BITS][0];
    for (int i : order) {
      if (ranks[i] >= maxDets) {
        continue;
      }
      for (long rest = ALL & ~ignored[i]; rest != 0; rest &= rest - 1) {
        int b = Long.numberOfTrailingZeros(rest);
        if ((matched[i] >>> b & 1) == 0) {
          wrong[b]++;
          continue;
        }
        if (right[b] == wrongBefore[b].length) {
          wrongBefore[b] = Arrays.copyOf(wrongBefore[b], Math.max(16, 2 * right[b]));
        }
        wrongBefore[b][right[b]++] = wrong[b];
      }
    }
    for (int b = 0; b < BITS; b++) {
      int area = b / Thresholds.IOUS;
      int first = from + b % Thresholds.IOUS * Thresholds.RECALLS * step;
      interpolate(wrongBefore[b], right[b], positives[area], target[area], first, step);
    }
  }

  private static void interpolate(
      int[] wrongBefore, int right, long positives, double[] target, int from, int step) {
    double[] precision = new double[right];
    for (int i = right - 1; i >= 0; i--) {
      double here = (i + 1) / ((double) (wrongBefore[i] + i + 1) + EPSILON);
      precision[i] = i + 1 < right ? Math.max(here, precision[i + 1]) : here;
    }
    int point = 0;
    for (int r = 0; r < Thresholds.RECALLS; r++) {
      while (point < right && (double) (point + 1) / positives < Thresholds.recall(r)) {
        point++;
      }
      double found = point < right ? precision[point] : 0;
      target[from + r * step] = positives == 0 ? PairwiseMean.NONE : found;
    }
  }
}

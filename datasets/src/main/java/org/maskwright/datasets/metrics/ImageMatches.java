package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.List;

/** What became of the detections of one image, category by category, in few arrays. */
final class ImageMatches {
  /** The true objects of a category that count in each area range. */
  @SuppressWarnings("ArrayRecordComponent") // seen by this class alone
  private record Positives(int category, int[] byArea) {}

  private final SizeBounds sizes;
  private final List<Positives> positives = new ArrayList<>();
  private final int[] category;
  private final int[] rank;
  private final double[] score;
  private final long[] matched;
  private final long[] ignored;
  private int size;

  /**
   * @param most detections that are added
   */
  ImageMatches(SizeBounds sizes, int most) {
    this.sizes = sizes;
    category = new int[most];
    rank = new int[most];
    score = new double[most];
    matched = new long[most];
    ignored = new long[most];
  }

  /**
   * Adds detections of a category that the image does not have.
   *
   * @param best by falling score
   * @param ignoreAll whether they count neither way
   */
  void unmatched(int k, List<Detection> best, boolean ignoreAll) {
    for (int d = 0; d < best.size(); d++) {
      add(k, d, best.get(d), 0, 0, ignoreAll);
    }
  }

  /** Adds the detections of a category with their matches, and its true objects. */
  void matched(int k, List<Detection> best, CellMatcher matches, boolean ignoreAll) {
    positives.add(new Positives(k, matches.positives));
    for (int d = 0; d < best.size(); d++) {
      add(k, d, best.get(d), matches.matched[d], matches.ignored[d], ignoreAll);
    }
  }

  /** An unmatched detection may count neither way: always, or outside an area range. */
  private void add(int k, int d, Detection found, long match, long ignore, boolean ignoreAll) {
    long unmatched = ignoreAll ? CategoryScores.ALL : CategoryScores.outside(sizes, found.area());
    category[size] = k;
    rank[size] = d;
    score[size] = found.score();
    matched[size] = match;
    ignored[size++] = ignore | unmatched & ~match;
  }

  /**
   * @param scores by category
   * @param image the number of the image
   */
  void addTo(CategoryScores[] scores, int image) {
    for (Positives of : positives) {
      for (int area = 0; area < AreaRange.COUNT; area++) {
        scores[of.category].addPositives(area, of.byArea[area]);
      }
    }
    for (int i = 0; i < size; i++) {
      scores[category[i]].add(score[i], image, rank[i], matched[i], ignored[i]);
    }
  }
}

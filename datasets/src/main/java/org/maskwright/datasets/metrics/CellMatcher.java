package org.maskwright.datasets.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * Matches the detections of one category in one image to its ground truths, greedily by falling
 * score, for all area ranges and IoU thresholds at once. The rules, with their ties, are those of
 * pycocotools' evaluateImg.
 */
final class CellMatcher {
  private static final double MAX_THRESHOLD = 1 - 1e-10;

  final long[] matched;

  /** Of matched detections those that count neither way, as what they match. */
  final long[] ignored;

  final int[] positives = new int[AreaRange.COUNT];

  private final SizeBounds sizes;
  private final List<GroundTruth> truths;
  private final boolean[] ignore;
  private final double[][] ious;

  /**
   * @param ious [detection][ground truth]
   * @param ignore the ground truths that count neither way whatever their area
   */
  CellMatcher(
      SizeBounds sizes,
      List<GroundTruth> truths,
      boolean[] ignore,
      List<Detection> detections,
      double[][] ious) {
    this.sizes = sizes;
    this.truths = truths;
    this.ignore = ignore;
    this.ious = ious;
    matched = new long[detections.size()];
    ignored = new long[detections.size()];
    boolean[] candidates = new boolean[detections.size()];
    boolean any = false;
    for (int d = 0; d < candidates.length; d++) {
      for (int g = 0; g < truths.size(); g++) {
        candidates[d] |= ious[d][g] >= Thresholds.iou(0);
      }
      any |= candidates[d];
    }
    for (int area = 0; area < AreaRange.COUNT; area++) {
      matchRange(area, any ? candidates : null);
    }
  }

  private void matchRange(int area, boolean[] candidates) {
    AreaRange range = AreaRange.at(area);
    int n = truths.size();
    boolean[] ignoredHere = new boolean[n];
    int[] order = new int[n];
    int kept = 0;
    for (int g = 0; g < n; g++) {
      ignoredHere[g] = ignore[g] || sizes.excludes(range, truths.get(g).area());
      if (!ignoredHere[g]) {
        order[kept++] = g;
      }
    }
    positives[area] = kept;
    for (int g = 0; g < n; g++) {
      if (ignoredHere[g]) {
        order[kept++] = g;
      }
    }
    if (candidates == null) {
      return;
    }
    boolean[] taken = new boolean[n];
    for (int t = 0; t < Thresholds.IOUS; t++) {
      Arrays.fill(taken, false);
      long bit = CategoryScores.bit(area, t);
      for (int d = 0; d < candidates.length; d++) {
        int g = candidates[d] ? best(ious[d], Thresholds.iou(t), order, ignoredHere, taken) : -1;
        if (g >= 0) {
          taken[g] = true;
          ignored[d] |= ignoredHere[g] ? bit : 0;
          // The official tools store the match as the ground truth's id, so that id 0 reads as no
          // match.
          matched[d] |= truths.get(g).id() != 0 ? bit : 0;
        }
      }
    }
  }

  /**
   * The ground truth of the highest IoU at or above the threshold; the later one of equals; ignored
   * ones only as a last resort.
   */
  private int best(
      double[] iou, double threshold, int[] order, boolean[] ignoredHere, boolean[] taken) {
    double best = Math.min(threshold, MAX_THRESHOLD);
    int match = -1;
    for (int g : order) {
      if (taken[g] && !truths.get(g).crowd()) {
        continue;
      }
      if (match >= 0 && !ignoredHere[match] && ignoredHere[g]) {
        break;
      }
      if (iou[g] >= best) {
        best = iou[g];
        match = g;
      }
    }
    return match;
  }
}

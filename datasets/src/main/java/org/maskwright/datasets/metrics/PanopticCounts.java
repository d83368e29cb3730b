package org.maskwright.datasets.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.PanopticIds;

/**
 * The pixels that segments of a true and a predicted panoptic map share, and their ids as small
 * indices.
 */
final class PanopticCounts {
  private static final int VOID_INDEX = 0;

  final List<PanopticSegment> truths;
  final List<PanopticSegment> predictions;

  /**
   * [ground truth + 2][prediction + 1]: row and column 0 are void, the last row is ids that the
   * ground truth's JSON lacks.
   */
  final long[] shared;

  final long[] predictedArea;
  private final int columns;

  PanopticCounts(
      int[] truthIds,
      List<PanopticSegment> truths,
      int[] predictedIds,
      List<PanopticSegment> predictions) {
    this.truths = truths;
    this.predictions = predictions;
    this.columns = predictions.size() + 1;
    Map<Integer, Integer> rows = index(truths);
    Map<Integer, Integer> cols = index(predictions);
    int unlistedRow = truths.size() + 1;
    shared = new long[Math.multiplyExact(truths.size() + 2, columns)];
    int start = 0;
    int n = truthIds.length;
    // Neighbouring pixels mostly hold the same pair: count runs, look up ids at their starts.
    while (start < n) {
      int t = truthIds[start];
      int p = predictedIds[start];
      int end = start + 1;
      while (end < n && truthIds[end] == t && predictedIds[end] == p) {
        end++;
      }
      Integer column = p == PanopticIds.VOID ? Integer.valueOf(VOID_INDEX) : cols.get(p);
      if (column == null) {
        throw new DatasetException(
                "the predicted PNG holds id " + p + ", which segments_info lacks")
            .forAnnotation("segment " + p);
      }
      int row = t == PanopticIds.VOID ? VOID_INDEX : rows.getOrDefault(t, unlistedRow);
      shared[row * columns + column] += end - start;
      start = end;
    }
    predictedArea = new long[columns];
    for (int i = 0; i < shared.length; i++) {
      predictedArea[i % columns] += shared[i];
    }
    for (int p = 1; p < columns; p++) {
      if (predictedArea[p] == 0) {
        int id = predictions.get(p - 1).id();
        throw new DatasetException("predicted segment " + id + " has no pixel in the PNG")
            .forAnnotation("segment " + id);
      }
    }
  }

  private static Map<Integer, Integer> index(List<PanopticSegment> segments) {
    Map<Integer, Integer> index = new HashMap<>(segments.size() * 2);
    for (int i = 0; i < segments.size(); i++) {
      index.put(segments.get(i).id(), i + 1);
    }
    return index;
  }

  /** Shared pixels of truth g and prediction p, both counted from 1; 0 is void. */
  long at(int g, int p) {
    return shared[g * columns + p];
  }
}

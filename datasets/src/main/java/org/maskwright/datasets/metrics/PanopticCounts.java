package org.maskwright.datasets.metrics;

import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.IdTable;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.PanopticIds;

/**
 * The pixels that segments of a true and a predicted panoptic map share, and their ids as small
 * indices.
 */
final class PanopticCounts {
  private static final int VOID_INDEX = 0;
  private static final int RGB_BYTES = 3;

  final List<PanopticSegment> truths;
  final List<PanopticSegment> predictions;

  /**
   * [ground truth + 2][prediction + 1]: row and column 0 are void, the last row is ids that the
   * ground truth's JSON lacks.
   */
  final long[] shared;

  final long[] predictedArea;
  private final int columns;

  private final IdTable rows;
  private final IdTable cols;

  PanopticCounts(
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {
    this.truths = truths;
    this.predictions = predictions;
    this.columns = predictions.size() + 1;
    this.rows = index(truths);
    this.cols = index(predictions);
    shared = new long[Math.multiplyExact(truths.size() + 2, columns)];
    if (truthIds.isRgb() && predictedIds.isRgb()) {
      countColours(truthIds, predictedIds);
    } else {
      countIds(truthIds.labels(), predictedIds.labels());
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

  private void countIds(int[] truthIds, int[] predictedIds) {
    int start = 0;
    while (start < truthIds.length) {
      int end = PixelRuns.end(truthIds, predictedIds, start, truthIds.length);
      add(truthIds[start], predictedIds[start], end - start);
      start = end;
    }
  }

  private void countColours(LabelMap truthIds, LabelMap predictedIds) {
    byte[] truth = truthIds.bytes();
    byte[] predicted = predictedIds.bytes();
    int length = truthIds.height() * truthIds.width() * RGB_BYTES;
    int start = 0;
    while (start < length) {
      int end = PixelRuns.end(truth, predicted, start, length, RGB_BYTES);
      add(id(truth, start), id(predicted, start), (end - start) / RGB_BYTES);
      start = end;
    }
  }

  private static int id(byte[] rgb, int at) {
    return PanopticIds.fromRgb(rgb[at] & 0xff, rgb[at + 1] & 0xff, rgb[at + 2] & 0xff);
  }

  private void add(int truthId, int predictedId, int pixels) {
    int column = predictedId == PanopticIds.VOID ? VOID_INDEX : cols.get(predictedId);
    if (column < 0) {
      throw new DatasetException(
              "the predicted PNG holds id " + predictedId + ", which segments_info lacks")
          .forAnnotation("segment " + predictedId);
    }
    int row = truthId == PanopticIds.VOID ? VOID_INDEX : rows.get(truthId);
    int unlistedRow = truths.size() + 1;
    shared[(row < 0 ? unlistedRow : row) * columns + column] += pixels;
  }

  private static IdTable index(List<PanopticSegment> segments) {
    IdTable index = new IdTable(segments.size());
    for (int i = 0; i < segments.size(); i++) {
      index.put(segments.get(i).id(), i + 1);
    }
    return index;
  }

  /** The pixels of truth g, counted from 1. */
  long trueArea(int g) {
    long area = 0;
    for (int p = 0; p < columns; p++) {
      area += at(g, p);
    }
    return area;
  }

  /** Shared pixels of truth g and prediction p, both counted from 1; 0 is void. */
  long at(int g, int p) {
    return shared[g * columns + p];
  }
}

package org.maskwright.datasets.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.Boundary;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.PanopticIds;
import org.maskwright.datasets.mask.Rle;

/**
 * The pixels that the boundary bands of a true and a predicted panoptic map share.
 *
 * <p>As in boundary-iou-api the map of bands is made in place, segment by segment in file order,
 * and the inside of a segment gets an id of its own, which may be the id of a segment: that segment
 * then takes the inside of earlier ones for itself.
 */
final class BoundaryCounts {
  private final Map<Long, Integer> shared = new HashMap<>();
  private final Map<Integer, Long> truthAreas = new HashMap<>();
  private final Map<Integer, Long> predictedAreas = new HashMap<>();

  BoundaryCounts(
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions,
      int interior) {
    int[] truth = bands(truthIds, truths, interior, truthAreas);
    int[] predicted = bands(predictedIds, predictions, interior, predictedAreas);
    int start = 0;
    while (start < truth.length) {
      int end = PixelRuns.end(truth, predicted, start, truth.length);
      shared.merge(key(truth[start], predicted[start]), end - start, Integer::sum);
      start = end;
    }
  }

  private static int[] bands(
      LabelMap ids, List<PanopticSegment> segments, int interior, Map<Integer, Long> areas) {
    int[] painted = ids.labels().clone();
    for (PanopticSegment segment : segments) {
      Rle mask = Rle.ofLabel(painted, ids.height(), ids.width(), segment.id());
      Rle band = Boundary.of(mask);
      mask.paint(painted, interior);
      band.paint(painted, segment.id());
      areas.put(segment.id(), band.area());
    }
    return painted;
  }

  private static long key(int truth, int prediction) {
    return ((long) truth << 32) | prediction;
  }

  /** The IoU of two segments' bands, void left out of the union. */
  double iou(int truthId, int predictedId) {
    int both = shared.getOrDefault(key(truthId, predictedId), 0);
    int onVoid = shared.getOrDefault(key(PanopticIds.VOID, predictedId), 0);
    long union = predictedAreas.get(predictedId) + truthAreas.get(truthId) - both - onVoid;
    return (double) both / union;
  }
}

package org.maskwright.trainer.result;

import java.util.Comparator;
import java.util.List;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;

/**
 * The best F1 that a score threshold gives the detections of one image.
 *
 * <p><b>Maths</b> Detections by falling score are each matched with the unmatched object of their
 * class of the largest mask IoU, if that is at least 0.5. With r right ones of the n surest and t
 * objects, the result is the largest 2r / (n + t) over all n. A detection that matches nothing and
 * lies by half or more in a crowd region of its class is not counted, nor are crowd regions.
 */
final class ImageF1 {
  private static final double MATCH = 0.5;

  private ImageF1() {}

  /** In percent; NaN without objects. */
  static double best(List<GroundTruth> all, List<Detection> detections) {
    List<GroundTruth> truths = all.stream().filter(t -> !t.crowd()).toList();
    if (truths.isEmpty()) {
      return Double.NaN;
    }
    List<GroundTruth> crowds = all.stream().filter(GroundTruth::crowd).toList();
    boolean[] taken = new boolean[truths.size()];
    int right = 0;
    int counted = 0;
    double best = 0;
    List<Detection> surestFirst =
        detections.stream()
            .sorted(Comparator.comparingDouble(Detection::score).reversed())
            .toList();
    for (Detection d : surestFirst) {
      int match = match(d, truths, taken);
      if (match >= 0) {
        taken[match] = true;
        right++;
      } else if (crowds.stream().anyMatch(c -> isIn(d, c))) {
        continue;
      }
      counted++;
      best = Math.max(best, 200.0 * right / (counted + truths.size()));
    }
    return best;
  }

  private static boolean isIn(Detection d, GroundTruth crowd) {
    return crowd.categoryId() == d.categoryId() && d.mask().iouWithCrowd(crowd.mask()) >= MATCH;
  }

  private static int match(Detection d, List<GroundTruth> truths, boolean[] taken) {
    int match = -1;
    double largest = MATCH;
    for (int t = 0; t < taken.length; t++) {
      if (!taken[t] && truths.get(t).categoryId() == d.categoryId()) {
        double iou = d.mask().iou(truths.get(t).mask());
        if (iou > largest || iou == MATCH && match < 0) {
          largest = iou;
          match = t;
        }
      }
    }
    return match;
  }
}

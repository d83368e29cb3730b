package org.maskwright.datasets.mask;

import java.util.List;

/** IoU matrices of an image's detections and ground truths, with areas and boxes computed once. */
public final class MaskOverlaps {
  private MaskOverlaps() {}

  /**
   * Mask IoU; over a crowd the share of the detection's area.
   *
   * @param crowd per ground truth
   * @return [detections][ground truths], as {@link Rle#iou} and {@link Rle#iouWithCrowd}
   */
  public static double[][] iou(List<Rle> detections, List<Rle> groundTruths, boolean[] crowd) {
    int n = groundTruths.size();
    Box[] boxes = new Box[n];
    long[] areas = new long[n];
    for (int g = 0; g < n; g++) {
      boxes[g] = groundTruths.get(g).box();
      areas[g] = groundTruths.get(g).area();
    }
    double[][] ious = new double[detections.size()][n];
    for (int d = 0; d < ious.length && n > 0; d++) {
      Rle detection = detections.get(d);
      Box box = detection.box();
      long area = detection.area();
      for (int g = 0; g < n; g++) {
        if (box.iou(boxes[g]) > 0) {
          ious[d][g] =
              crowd[g]
                  ? detection.iouWithCrowd(groundTruths.get(g))
                  : detection.maskIou(groundTruths.get(g), area, areas[g]);
        }
      }
    }
    return ious;
  }

  /**
   * The smaller of mask IoU and boundary IoU ({@link Boundary}); over a crowd the plain mask IoU.
   */
  public static double[][] boundaryIou(
      List<Rle> detections, List<Rle> groundTruths, boolean[] crowd) {
    double[][] ious = iou(detections, groundTruths, crowd);
    Rle[] bands = new Rle[groundTruths.size()];
    for (int d = 0; d < ious.length; d++) {
      Rle band = null;
      for (int g = 0; g < bands.length; g++) {
        if (ious[d][g] > 0 && !crowd[g]) {
          band = band == null ? Boundary.of(detections.get(d)) : band;
          bands[g] = bands[g] == null ? Boundary.of(groundTruths.get(g)) : bands[g];
          ious[d][g] = Math.min(ious[d][g], band.iou(bands[g]));
        }
      }
    }
    return ious;
  }
}

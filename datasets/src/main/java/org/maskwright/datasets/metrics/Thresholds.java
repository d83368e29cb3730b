package org.maskwright.datasets.metrics;

/** The IoU and recall thresholds of COCO and LVIS as numpy makes them, last digits included. */
final class Thresholds {
  /** numpy.linspace(0.5, 0.95, 10). */
  private static final double[] IOU = {
    0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95
  };

  static final int IOUS = 10;
  static final int IOU_50 = 0;
  static final int IOU_75 = 5;
  static final int RECALLS = 101;

  private Thresholds() {}

  static double iou(int i) {
    return IOU[i];
  }

  /** numpy.linspace(0, 1, 101): i * 0.01, ten of which are not i / 100. */
  static double recall(int i) {
    return i == RECALLS - 1 ? 1.0 : i * 0.01;
  }
}

package org.maskwright.datasets.metrics;

import java.util.SortedMap;

/**
 * The result of panoptic evaluation, as fractions.
 *
 * @param perClass every category of the table, also those that never occur (all zero)
 */
public record PanopticMetrics(
    Quality all, Quality things, Quality stuff, SortedMap<Integer, ClassQuality> perClass) {

  /**
   * Means over the classes that occur.
   *
   * @param pq NaN if n = 0, as sq and rq (the official tool divides by zero there)
   * @param n the number of classes with a true positive, false positive or false negative
   */
  public record Quality(double pq, double sq, double rq, int n) {}

  /**
   * One class.
   *
   * @param iou the sum of the true positives' IoU
   */
  public record ClassQuality(
      double pq, double sq, double rq, long tp, long fp, long fn, double iou) {}
}

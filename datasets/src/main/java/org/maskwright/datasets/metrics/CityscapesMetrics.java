package org.maskwright.datasets.metrics;

import java.util.Map;

/**
 * The result of Cityscapes' instance evaluation, as fractions; NaN where a class has no ground
 * truth.
 *
 * @param ap the mean over thresholds and the classes with ground truth
 * @param ap50 the same at an overlap of 0.5
 */
public record CityscapesMetrics(double ap, double ap50, Map<CityscapesClass, ClassAp> perClass) {

  /** One class. */
  public record ClassAp(double ap, double ap50) {}
}

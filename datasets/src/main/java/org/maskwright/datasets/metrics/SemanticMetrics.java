package org.maskwright.datasets.metrics;

import java.util.List;

/**
 * The result of semantic evaluation, as fractions; NaN where there is nothing to measure.
 *
 * @param meanIou the mean of the protocol
 * @param frequencyWeightedIou IoU weighted with the ground truth's pixels
 * @param meanAccuracy the mean over the classes with ground truth
 * @param pixelAccuracy the share of the counted pixels that are right
 * @param iou by class index
 * @param accuracy by class index
 */
public record SemanticMetrics(
    double meanIou,
    double frequencyWeightedIou,
    double meanAccuracy,
    double pixelAccuracy,
    List<Double> iou,
    List<Double> accuracy) {
  public SemanticMetrics {
    iou = List.copyOf(iou);
    accuracy = List.copyOf(accuracy);
  }
}

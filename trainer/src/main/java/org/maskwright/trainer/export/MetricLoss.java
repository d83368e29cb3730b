package org.maskwright.trainer.export;

import java.util.Locale;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.Metric.Better;

/**
 * What rounding costs, in a metric.
 *
 * @param metric its name
 * @param better which of its values are better
 * @param before of the exact file, in percent
 * @param after of the rounded one
 */
record MetricLoss(String metric, Better better, double before, double after) {
  /** Points that are lost; below 0 if some are won. */
  double points() {
    return better == Better.LARGER ? before - after : after - before;
  }

  /** As a line. */
  String inWords() {
    return "%s %s in float32, %s in int8"
        .formatted(metric, Metric.text(before), Metric.text(after));
  }

  /**
   * Checks that no more is lost than allowed.
   *
   * @throws CheckpointException if more is, or nothing was measured
   */
  void require(double most) {
    if (Double.isNaN(points())) {
      throw new CheckpointException(
          "int8: expected a value of %s, by which the loss is judged, got none: the validation data have nothing to measure it on; name another metric as eval.best"
              .formatted(metric));
    }
    if (points() > most) {
      throw new CheckpointException(
          String.format(
              Locale.ROOT,
              "int8: expected a loss of at most %.2f points, got %.2f (%s); the file was not kept. Calibrate with more pictures like those of the validation, or allow more with --most-loss",
              most,
              points(),
              inWords()));
    }
  }
}

package org.maskwright.trainer.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.metrics.ConfusionMatrix;
import org.maskwright.datasets.metrics.InstanceErrors;
import org.maskwright.datasets.metrics.PrecisionRecall;
import org.maskwright.datasets.metrics.ScoreThresholds;

/**
 * What lies behind the metrics of a kind of result, where its results can be looked at that way.
 *
 * @param curves precision and recall by the name of the class, where results have scores of their
 *     own
 * @param thresholds from which score on a result counts in confusion and errors; empty where all
 *     count
 * @param confusion which classes are taken for which
 * @param errors what became of the true objects, and what the detections are
 */
public record ScoreDetails(
    Map<String, PrecisionRecall> curves,
    Optional<ScoreThresholds> thresholds,
    Optional<ConfusionMatrix> confusion,
    Optional<InstanceErrors> errors) {
  /** Nothing but the metrics. */
  public static final ScoreDetails NONE =
      new ScoreDetails(Map.of(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Keeps a copy in order. */
  public ScoreDetails {
    curves = Collections.unmodifiableMap(new LinkedHashMap<>(curves));
  }

  /**
   * The threshold of the best F1 of each class that has one.
   *
   * @param otherwise of the other classes
   */
  public ScoreThresholds bestThresholds(double otherwise) {
    return ScoreThresholds.best(curves, otherwise);
  }
}

package org.maskwright.trainer.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The metrics of an evaluation.
 *
 * @param metrics by name, in percent: {@code panoptic.PQ}, {@code instance.AP}, {@code
 *     semantic.mIoU}, ...; NaN where there was nothing to measure
 * @param perClass by metric ({@code panoptic.PQ}, {@code instance.AP}, {@code semantic.IoU}), then
 *     class name, in percent
 * @param images evaluated
 * @param skipped a message for each image that could not be loaded and was left out
 * @param seconds it took
 */
public record EvalReport(
    Map<String, Double> metrics,
    SortedMap<String, Map<String, Double>> perClass,
    int images,
    List<String> skipped,
    double seconds) {
  /** Keeps copies in order. */
  public EvalReport {
    metrics = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    skipped = List.copyOf(skipped);
    perClass = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(perClass));
  }

  /**
   * A metric by name.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double get(String name) {
    Double value = metrics.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "metric: expected one of " + metrics.keySet() + ", got " + name);
    }
    return value;
  }
}

package org.maskwright.datasets.metrics;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * From which score on a detection counts: one threshold a class, and one for the others.
 *
 * @param otherwise of the classes without one of their own
 * @param byClass by the name of the class
 */
public record ScoreThresholds(double otherwise, Map<String, Double> byClass) {
  /**
   * Keeps a copy in order.
   *
   * @throws IllegalArgumentException if a threshold is not a number
   */
  public ScoreThresholds {
    byClass = Collections.unmodifiableMap(new LinkedHashMap<>(byClass));
    require(otherwise);
    byClass.values().forEach(ScoreThresholds::require);
  }

  private static void require(double threshold) {
    if (!Double.isFinite(threshold)) {
      throw new IllegalArgumentException("threshold: expected a finite score, got " + threshold);
    }
  }

  /** One for all classes. */
  public static ScoreThresholds everywhere(double threshold) {
    return new ScoreThresholds(threshold, Map.of());
  }

  /**
   * The thresholds of the best F1.
   *
   * @param curves by the name of the class
   * @param otherwise of the classes of which nothing right was found, or that the truth lacks
   */
  public static ScoreThresholds best(Map<String, PrecisionRecall> curves, double otherwise) {
    Map<String, Double> best = new LinkedHashMap<>();
    curves.forEach(
        (name, curve) -> curve.best().ifPresent(point -> best.put(name, point.threshold())));
    return new ScoreThresholds(otherwise, best);
  }

  /** The threshold of a class. */
  public double of(String name) {
    return byClass.getOrDefault(name, otherwise);
  }

  /** The lowest of all. */
  public double least() {
    return byClass.values().stream().reduce(otherwise, Math::min);
  }
}

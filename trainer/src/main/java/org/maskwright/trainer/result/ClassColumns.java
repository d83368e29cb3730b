package org.maskwright.trainer.result;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@link Scores#perClass} as it is filled: one column a measure, in the order of the first class.
 */
public final class ClassColumns {
  private final Map<String, Map<String, Double>> columns = new LinkedHashMap<>();

  /**
   * Adds a fraction, in percent; NaN and COCO's -1, which stand for nothing to measure, are not.
   */
  public void add(String measure, String className, double fraction) {
    Map<String, Double> column = columns.computeIfAbsent(measure, m -> new LinkedHashMap<>());
    if (fraction >= 0) {
      column.put(className, 100 * fraction);
    }
  }

  /** As {@link Scores#perClass}. */
  public Map<String, Map<String, Double>> columns() {
    return columns;
  }

  /** A fraction in percent; COCO's -1, for nothing to measure, becomes NaN. */
  public static double percent(double fraction) {
    return fraction < 0 ? Double.NaN : 100 * fraction;
  }
}

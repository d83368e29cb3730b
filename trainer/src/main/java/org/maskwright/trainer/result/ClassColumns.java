package org.maskwright.trainer.result;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@link Scores#perClass} as it is filled: one column a measure, in the order of the first class.
 */
final class ClassColumns {
  private final Map<String, Map<String, Double>> columns = new LinkedHashMap<>();

  /**
   * Adds a fraction, in percent; NaN and COCO's -1, which stand for nothing to measure, are not.
   */
  void add(String measure, String className, double fraction) {
    Map<String, Double> column = columns.computeIfAbsent(measure, m -> new LinkedHashMap<>());
    if (fraction >= 0) {
      column.put(className, 100 * fraction);
    }
  }

  Map<String, Map<String, Double>> columns() {
    return columns;
  }
}

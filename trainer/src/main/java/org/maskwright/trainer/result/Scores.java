package org.maskwright.trainer.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a scorer measured.
 *
 * @param metrics in percent, by the names and in the order of {@link ResultKind#metrics()}; NaN
 *     where there was nothing to measure
 * @param perClass by the name of what was measured, then the class's; in percent. Classes that it
 *     says nothing of are left out
 * @param details what lies behind the numbers
 */
public record Scores(
    Map<String, Double> metrics, Map<String, Map<String, Double>> perClass, ScoreDetails details) {
  /** Keeps copies in order. */
  public Scores {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    perClass = Collections.unmodifiableMap(new LinkedHashMap<>(perClass));
  }

  /** The numbers alone. */
  public Scores(Map<String, Double> metrics, Map<String, Map<String, Double>> perClass) {
    this(metrics, perClass, ScoreDetails.NONE);
  }
}

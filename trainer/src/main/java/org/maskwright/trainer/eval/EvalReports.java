package org.maskwright.trainer.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.trainer.result.Metric;

/**
 * The evaluation of a model on one data set or on several.
 *
 * @param byName by the names of the data sets, in order; at least one
 */
public record EvalReports(Map<String, EvalReport> byName) {
  /** Keeps a copy in order. */
  public EvalReports {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    if (byName.isEmpty()) {
      throw new IllegalArgumentException("evaluation: expected a data set, got none");
    }
  }

  /** Whether there are several data sets, whose names stand before their metrics. */
  public boolean several() {
    return byName.size() > 1;
  }

  /** What stands before metrics and titles of a data set: its name, or nothing of the only one. */
  public String before(String name, String separator) {
    return several() ? name + separator : "";
  }

  /** That of the first data set, or the only one. */
  public EvalReport first() {
    return byName.values().iterator().next();
  }

  /**
   * That of the data set whose metric decides.
   *
   * @param name of it; empty: the first
   */
  public EvalReport deciding(Optional<String> name) {
    return name.map(byName::get).orElseGet(this::first);
  }

  /** All metrics; of several data sets as {@code NAME.KIND.METRIC}. */
  public Map<String, Double> metrics() {
    Map<String, Double> out = new LinkedHashMap<>();
    byName.forEach(
        (name, report) ->
            report
                .metrics()
                .forEach((metric, value) -> out.put(before(name, ".") + metric, value)));
    return out;
  }

  /**
   * A metric by name.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double get(String name) {
    Double value = metrics().get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "metric: expected one of " + metrics().keySet() + ", got " + name);
    }
    return value;
  }

  /** The names of all metrics, without those of the data sets. */
  public List<String> metricNames() {
    return byName.values().stream().flatMap(r -> r.metrics().keySet().stream()).distinct().toList();
  }

  /** A metric on each data set as text, in order; empty where it is not measured. */
  public List<String> texts(String metric) {
    return byName.values().stream()
        .map(r -> r.metrics().containsKey(metric) ? Metric.text(r.metrics().get(metric)) : "")
        .toList();
  }
}

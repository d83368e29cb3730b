package org.maskwright.benchmarks.growth;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.benchmarks.Measured;

/** A size that is varied, its values, and what was measured at each. */
final class GrowthAxis {
  private final String name;
  private final String label;
  private final int[] points;
  private final Map<String, Map<Integer, List<Double>>> measured = new LinkedHashMap<>();

  GrowthAxis(String name, String label, int[] points) {
    if (points.length < 2) {
      throw new IllegalArgumentException("--" + name + ": expected at least two values");
    }
    this.name = name;
    this.label = label;
    this.points = points.clone();
    Arrays.sort(this.points);
  }

  String name() {
    return name;
  }

  String label() {
    return label;
  }

  int[] points() {
    return points.clone();
  }

  void add(String measure, int point, double value) {
    measured
        .computeIfAbsent(measure, m -> new LinkedHashMap<>())
        .computeIfAbsent(point, p -> new ArrayList<>())
        .add(value);
  }

  /** Names of what is measured, each ending in its unit. */
  List<String> measures() {
    return List.copyOf(measured.keySet());
  }

  List<Double> values(String measure, int point) {
    return measured.get(measure).get(point);
  }

  /** The medians of all points, in order. */
  double[] medians(String measure) {
    return Arrays.stream(points).mapToDouble(p -> median(measure, p)).toArray();
  }

  private double median(String measure, int point) {
    return Measured.median(values(measure, point).stream().mapToDouble(v -> v));
  }

  /**
   * How the upper half of the points grows: the exponent e of cost = c * size^e through its first
   * and its last point.
   */
  double exponent(String measure) {
    double[] cost = medians(measure);
    int from = (points.length - 1) / 2;
    int to = points.length - 1;
    return Math.log(cost[to] / cost[from]) / Math.log((double) points[to] / points[from]);
  }
}

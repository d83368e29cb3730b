package org.maskwright.datasets.videometrics;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * MOTS' metrics of all sequences.
 *
 * @param classes by class id: those that the truth has
 * @param warnings what a user should know, a line each
 */
public record MotsScores(SortedMap<Integer, OfClass> classes, List<String> warnings) {
  /** Keeps copies. */
  public MotsScores {
    classes = Collections.unmodifiableSortedMap(new TreeMap<>(classes));
    warnings = List.copyOf(warnings);
  }

  /** Both families of metrics. */
  public record Score(ClearMetrics clear, HotaMetrics hota) {}

  /**
   * A class.
   *
   * @param name no other class has it
   * @param all sequences as one
   * @param sequences each alone, by name
   */
  public record OfClass(String name, Score all, SortedMap<String, Score> sequences) {
    /** Keeps a copy. */
    public OfClass {
      sequences = Collections.unmodifiableSortedMap(new TreeMap<>(sequences));
    }
  }
}

package org.maskwright.datasets.videometrics;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * MOTS' metrics of all sequences.
 *
 * @param classes by class id: those that the truth has
 */
public record MotsScores(SortedMap<Integer, OfClass> classes) {
  /** Keeps a copy. */
  public MotsScores {
    classes = Collections.unmodifiableSortedMap(new TreeMap<>(classes));
  }

  /** Both families of metrics. */
  public record Score(ClearMetrics clear, HotaMetrics hota) {}

  /**
   * A class.
   *
   * @param all sequences as one
   * @param sequences each alone, by name
   */
  public record OfClass(Score all, SortedMap<String, Score> sequences) {
    /** Keeps a copy. */
    public OfClass {
      sequences = Collections.unmodifiableSortedMap(new TreeMap<>(sequences));
    }
  }
}

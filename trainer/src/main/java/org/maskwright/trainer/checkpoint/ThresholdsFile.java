package org.maskwright.trainer.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.metrics.ScoreThresholds;

/**
 * The content of {@code thresholds.conf}: the score thresholds of the best F1 that an evaluation
 * found for the weights beside it.
 *
 * @param kinds those of each kind of result that has scores
 */
record ThresholdsFile(List<OfKind> kinds) {
  /** Keeps a copy. */
  ThresholdsFile {
    kinds = List.copyOf(kinds);
  }

  /**
   * Of one kind of result.
   *
   * @param otherwise of the classes that are not listed
   */
  record OfKind(String kind, double otherwise, List<OfClass> classes) {
    /** Keeps a copy. */
    OfKind {
      classes = List.copyOf(classes);
    }
  }

  /** Of one class, by its name in model.conf. */
  record OfClass(String name, double threshold) {}

  /**
   * The thresholds of each kind under the model's own names of the classes.
   *
   * @param names of the classes as the thresholds have them, in the order of the logits
   * @param own the model's, in the same order
   */
  static ThresholdsFile of(
      Map<String, ScoreThresholds> byKind, List<String> names, List<String> own) {
    List<OfKind> kinds = new ArrayList<>();
    byKind.forEach(
        (kind, thresholds) -> {
          List<OfClass> classes = new ArrayList<>();
          for (int i = 0; i < names.size(); i++) {
            Double threshold = thresholds.byClass().get(names.get(i));
            if (threshold != null) {
              classes.add(new OfClass(own.get(i), threshold));
            }
          }
          kinds.add(new OfKind(kind, thresholds.otherwise(), classes));
        });
    return new ThresholdsFile(kinds);
  }

  /**
   * By kind of result.
   *
   * @param own the model's classes
   * @throws IllegalArgumentException if a class is none of the model's, or stands there twice
   */
  Map<String, ScoreThresholds> byKind(List<String> own) {
    Map<String, ScoreThresholds> out = new LinkedHashMap<>();
    for (OfKind kind : kinds) {
      Map<String, Double> byClass = new HashMap<>();
      for (OfClass c : kind.classes()) {
        if (!own.contains(c.name()) || byClass.put(c.name(), c.threshold()) != null) {
          throw new IllegalArgumentException(
              "classes: expected classes of the model, each once, got \"" + c.name() + '"');
        }
      }
      out.put(kind.kind(), new ScoreThresholds(kind.otherwise(), byClass));
    }
    return out;
  }
}

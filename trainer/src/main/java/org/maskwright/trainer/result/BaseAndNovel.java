package org.maskwright.trainer.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a kind of result measures on base classes and on novel ones, which were not trained on, and
 * the harmonic mean of both: large only where both are.
 *
 * @param novel names of the novel classes; all others are base classes
 */
public record BaseAndNovel(Set<String> novel) {
  /** Keeps a copy. */
  public BaseAndNovel {
    novel = Set.copyOf(novel);
  }

  /** The names of the further metrics of a kind; none of one whose metric is no mean of classes. */
  public static List<String> metrics(ResultKind<?> kind) {
    return kind.classMean()
        .map(m -> List.of(m.metric() + "-base", m.metric() + "-novel", m.metric() + "-harmonic"))
        .orElse(List.of());
  }

  /**
   * The further metrics, in percent; NaN where no class of a sort was measured.
   *
   * @param perClass as {@link Scores#perClass}
   */
  public Map<String, Double> of(ResultKind<?> kind, Map<String, Map<String, Double>> perClass) {
    Map<String, Double> out = new LinkedHashMap<>();
    kind.classMean()
        .ifPresent(
            mean -> {
              Map<String, Double> values = perClass.getOrDefault(mean.measure(), Map.of());
              double base = mean(values, name -> !novel.contains(name));
              double novelMean = mean(values, novel::contains);
              List<String> names = metrics(kind);
              out.put(names.get(0), base);
              out.put(names.get(1), novelMean);
              out.put(names.get(2), harmonic(base, novelMean));
            });
    return out;
  }

  private static double mean(Map<String, Double> values, Predicate<String> which) {
    return values.entrySet().stream()
        .filter(e -> which.test(e.getKey()))
        .mapToDouble(Map.Entry::getValue)
        .average()
        .orElse(Double.NaN);
  }

  private static double harmonic(double a, double b) {
    return a + b == 0 ? 0 : 2 * a * b / (a + b);
  }
}

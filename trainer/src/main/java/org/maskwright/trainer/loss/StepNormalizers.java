package org.maskwright.trainer.loss;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.engine.process.ProcessGroup;

/**
 * What the losses of a step are divided by, known from its targets before the first forward pass:
 * sums by name. Values of parts add up: those of a step over all batches that are accumulated for
 * it, and over all processes that share it. Each part then computes its share of the whole step's
 * losses, and the sum of the parts' gradients is the gradient of one large batch.
 *
 * @param sums by name, in the order of names
 */
public record StepNormalizers(SortedMap<String, Double> sums) {
  /** Number of targets; losses of matched pairs are divided by it. */
  public static final String MASKS = "masks";

  /** Of no image. */
  public static final StepNormalizers NONE = new StepNormalizers(new TreeMap<>());

  /** Keeps the sums. */
  public StepNormalizers {
    sums = Collections.unmodifiableSortedMap(new TreeMap<>(sums));
  }

  /** One sum. */
  public static StepNormalizers of(String name, double value) {
    return new StepNormalizers(new TreeMap<>(Map.of(name, value)));
  }

  /** Those of both parts together: sums of one name add up. */
  public StepNormalizers plus(StepNormalizers other) {
    SortedMap<String, Double> out = new TreeMap<>(sums);
    other.sums.forEach((name, value) -> out.merge(name, value, Double::sum));
    return new StepNormalizers(out);
  }

  /** Those of all processes together. */
  public StepNormalizers over(ProcessGroup group) {
    return group.size() == 1
        ? this
        : new StepNormalizers(new TreeMap<>(NamedSums.over(group, sums)));
  }

  /**
   * Those that either of two losses of the same images asks for.
   *
   * @throws IllegalArgumentException if they mean different things by one name
   */
  public StepNormalizers and(StepNormalizers other) {
    SortedMap<String, Double> out = new TreeMap<>(sums);
    other.sums.forEach(
        (name, value) -> {
          Double before = out.put(name, value);
          if (before != null && before.doubleValue() != value) {
            throw new IllegalArgumentException(
                "normaliser %s: expected one meaning, got %s and %s for the same images; give one of the losses a name of its own for it"
                    .formatted(name, before, value));
          }
        });
    return new StepNormalizers(out);
  }

  /**
   * A sum.
   *
   * @throws IllegalArgumentException if no loss of the step has named it
   */
  public double get(String name) {
    Double out = sums.get(name);
    if (out == null) {
      throw new IllegalArgumentException(
          "normaliser %s: unknown in this step, which has %s; a loss divides by what its own normalizers name"
              .formatted(name, sums.keySet()));
    }
    return out;
  }
}

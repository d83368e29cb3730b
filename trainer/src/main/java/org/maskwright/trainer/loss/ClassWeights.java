package org.maskwright.trainer.loss;

import java.util.List;
import java.util.function.Supplier;

/**
 * How much each class counts in the class loss, as numbers.
 *
 * @param values by class index; empty where all count as much, 1
 */
public record ClassWeights(List<Double> values) implements ClassWeightSettings {
  /** All count as much. */
  public static final ClassWeights EQUAL = new ClassWeights(List.of());

  /**
   * Keeps a copy.
   *
   * @throws IllegalArgumentException if a weight is below 0 or not finite
   */
  public ClassWeights {
    values = List.copyOf(values);
    for (double value : values) {
      if (!(value >= 0 && Double.isFinite(value))) {
        throw new IllegalArgumentException(
            "class weights: expected finite weights >= 0, got " + values);
      }
    }
  }

  /** Whether all count as much. */
  public boolean isEqual() {
    return values.isEmpty();
  }

  /** The weight of a class. */
  public double of(int index) {
    return values.isEmpty() ? 1 : values.get(index);
  }

  /**
   * The sum of the weights of an image's targets.
   *
   * @param noObject that of a target which is learnt as no object
   */
  double ofAll(Supervision image, double noObject) {
    double sum = 0;
    for (int n = 0; n < image.count(); n++) {
      int k = image.category(n);
      sum += k == Supervision.NO_OBJECT ? noObject : of(k);
    }
    return sum;
  }

  /** These, whatever the data. */
  @Override
  public ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies) {
    return this;
  }

  @Override
  public ClassWeights numbers() {
    return this;
  }
}

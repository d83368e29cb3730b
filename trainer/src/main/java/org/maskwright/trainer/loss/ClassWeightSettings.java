package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;
import org.maskwright.settings.VariantsOf;

/**
 * One of the {@link ClassWeightKind}s and its settings.
 *
 * <p><b>Maths</b> The class loss is PyTorch's weighted cross-entropy: the sum of w(y) times the
 * negative log-probability of the label y, divided by the sum of w(y), over all queries, where w of
 * no object is the criterion's own; or over all pixels that have a class. Weights that follow the
 * frequencies n(c) of the classes are scaled so that their mean over the training targets, sum n(c)
 * w(c) / sum n(c), is 1: no object keeps its share. A class that never occurs has the weight 1.
 */
@Doc(
    "How much each class counts in the class loss. Those that follow the training data have a mean of 1 over its targets; the loss is divided by the sum of the weights.")
@VariantsOf(ClassWeightKind.class)
public interface ClassWeightSettings {
  /**
   * The weights for data to train on.
   *
   * @param classes their names, in the order of the logits
   * @param frequencies how often each is a target, or its pixels where pixels are classified; asked
   *     for where the weights depend on it
   * @throws IllegalArgumentException if a class is named that is not there
   */
  ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies);

  /**
   * The weights where they are numbers already.
   *
   * @throws IllegalStateException if they depend on classes or data
   */
  default ClassWeights numbers() {
    throw new IllegalStateException("class weights depend on the data: ask for them with it first");
  }

  /**
   * As {@link #of(List, Supplier)} of settings that may be an extension's.
   *
   * @throws org.maskwright.settings.ExtensionException naming it, if it throws or gives null
   */
  static ClassWeights asked(
      ClassWeightSettings settings, List<String> classes, Supplier<List<Double>> frequencies) {
    return Registry.of(ClassWeightKind.class)
        .make(settings, () -> settings.of(classes, frequencies));
  }

  /** Of {@link ClassWeightKind.None}. */
  @Doc("All classes count as much.")
  record None() implements ClassWeightSettings {
    @Override
    public ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies) {
      return ClassWeights.EQUAL;
    }

    @Override
    public ClassWeights numbers() {
      return ClassWeights.EQUAL;
    }
  }

  /** Of {@link ClassWeightKind.Given}. */
  @Doc("Given ones.")
  record Given(
      @Doc("By the name of the class, at least 0; 1 for those not named.")
          Map<String, Double> weights)
      implements ClassWeightSettings {
    /** Checks the ranges. */
    public Given {
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
      weights.forEach(
          (name, weight) -> {
            if (!(weight >= 0 && Double.isFinite(weight))) {
              throw new IllegalArgumentException(
                  "weights: expected finite weights >= 0, got " + name + " = " + weight);
            }
          });
    }

    @Override
    public ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies) {
      for (String name : weights.keySet()) {
        if (!classes.contains(name)) {
          throw new IllegalArgumentException(
              "weights: expected classes of the data, got \"%s\"%s; they are %s"
                  .formatted(name, Names.meant(name, classes), classes));
        }
      }
      return new ClassWeights(
          classes.stream().map(name -> weights.getOrDefault(name, 1.0)).toList());
    }
  }

  /** Of {@link ClassWeightKind.InverseFrequency}. */
  @Doc("1 / n(c), where n(c) is how many training targets (of per-pixel: pixels) have the class.")
  record InverseFrequency() implements ClassWeightSettings {
    @Override
    public ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies) {
      return scaled(frequencies.get(), n -> 1 / n);
    }
  }

  /** Of {@link ClassWeightKind.EffectiveNumber}. */
  @Doc(
      "(1 - beta) / (1 - beta^n(c)), the inverse of the effective number of samples (arXiv 1901.05555): between equal weights and inverse frequencies.")
  record EffectiveNumber(
      @Doc("beta, in [0,1): 0 for equal weights; the paper has 0.9 to 0.9999.") double beta)
      implements ClassWeightSettings {
    /** Checks the range. */
    public EffectiveNumber {
      if (!(beta >= 0 && beta < 1)) {
        throw new IllegalArgumentException("beta: expected a value in [0,1), got " + beta);
      }
    }

    @Override
    public ClassWeights of(List<String> classes, Supplier<List<Double>> frequencies) {
      return scaled(frequencies.get(), n -> (1 - beta) / -Math.expm1(n * Math.log(beta)));
    }
  }

  /** The weights of frequencies, of a mean of 1 over all targets. */
  private static ClassWeights scaled(List<Double> frequencies, DoubleUnaryOperator weight) {
    double all = 0;
    double sum = 0;
    for (double n : frequencies) {
      all += n;
      sum += n > 0 ? n * weight.applyAsDouble(n) : 0;
    }
    List<Double> out = new ArrayList<>();
    for (double n : frequencies) {
      out.add(n > 0 ? weight.applyAsDouble(n) * all / sum : 1);
    }
    return new ClassWeights(out);
  }
}

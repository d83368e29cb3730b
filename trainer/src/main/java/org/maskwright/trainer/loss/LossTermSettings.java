package org.maskwright.trainer.loss;

import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;
import org.maskwright.settings.VariantsOf;

/** One of the {@link LossTermKind}s and its settings. */
@Doc("A term added to those of the criterion; it is logged as loss_NAME.")
@VariantsOf(LossTermKind.class)
public interface LossTermSettings {
  /**
   * The term.
   *
   * @param name of it, {@code loss_} and the configuration's name
   */
  LossTerm build(String name);

  /** The name of the term that a configuration calls by a name: loss_my_term of my-term. */
  static String termName(String key) {
    return "loss_" + key.replace('-', '_');
  }

  /** The term that a configuration calls by a name, such as {@code my-term}: loss_my_term. */
  static LossTerm built(String key, LossTermSettings settings) {
    String name = termName(key);
    return Registry.of(LossTermKind.class).make(settings, () -> settings.build(name));
  }

  /** Of {@link LossTermKind.Dice}. */
  @Doc("Dice loss of whole masks at the size of the padded image.")
  record Dice(@Doc("Weight in loss and matching cost, at least 0.") double weight)
      implements LossTermSettings {
    /** Checks the range. */
    public Dice {
      requireWeight(weight);
    }

    @Override
    public LossTerm build(String name) {
      return new GridDiceTerm(name, weight);
    }
  }

  /** Of {@link LossTermKind.Focal}. */
  @Doc("Focal loss of whole masks at the size of the padded image.")
  record Focal(
      @Doc("Weight in loss and matching cost, at least 0.") double weight,
      @Doc("Balance of foreground, in [0,1].") double alpha,
      @Doc("Exponent, at least 0.") double gamma)
      implements LossTermSettings {
    /** Checks the ranges. */
    public Focal {
      requireWeight(weight);
      if (!(alpha >= 0 && alpha <= 1)) {
        throw new IllegalArgumentException("alpha: expected a value in [0,1], got " + alpha);
      }
      if (!(gamma >= 0)) {
        throw new IllegalArgumentException("gamma: expected at least 0, got " + gamma);
      }
    }

    @Override
    public LossTerm build(String name) {
      return new FocalTerm(name, weight, alpha, gamma);
    }
  }

  /**
   * Checks a term's weight.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  static void requireWeight(double weight) {
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException("weight: expected a finite weight >= 0, got " + weight);
    }
  }
}

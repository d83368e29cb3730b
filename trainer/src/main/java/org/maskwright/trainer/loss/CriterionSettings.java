package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.settings.Doc;

/** How predictions are compared with targets. */
@Doc("What is minimised: how predictions are matched with targets and compared with them.")
public sealed interface CriterionSettings {
  /** What a file of weights says about the loss; empty where no other tool has it. */
  default Optional<TrainedLoss> trained() {
    return Optional.empty();
  }

  /** Of criteria that match queries with targets. */
  interface Matching {
    /** Weight of the class term in loss and matching cost. */
    double classWeight();

    /** Weight of the mask term in loss and matching cost. */
    double maskWeight();

    /** Weight of the dice term in loss and matching cost. */
    double diceWeight();

    /** Weight of the no-object class in the class loss. */
    double noObjectWeight();
  }

  /** Mask2Former: cross-entropy and dice at sampled points. */
  record Points(
      @Doc("Weight of the class term in loss and matching cost.") double classWeight,
      @Doc("Weight of the mask cross-entropy in loss and matching cost.") double maskWeight,
      @Doc("Weight of the dice term in loss and matching cost.") double diceWeight,
      @Doc("Weight of the no-object class in the class loss.") double noObjectWeight,
      @Doc("Points sampled in each mask, for the matcher and for the loss.") int points,
      @Doc("How many times as many candidates are drawn as points are kept, at least 1.")
          double oversample,
      @Doc("Share of the points chosen where the prediction is uncertain, in [0,1].")
          double importance)
      implements CriterionSettings, Matching {
    /** Checks the ranges. */
    public Points {
      requireWeights(classWeight, maskWeight, diceWeight, noObjectWeight);
      if (points < 1) {
        throw new IllegalArgumentException("points: expected at least 1, got " + points);
      }
      if (!(oversample >= 1)) {
        throw new IllegalArgumentException("oversample: expected at least 1, got " + oversample);
      }
      if (!(importance >= 0 && importance <= 1)) {
        throw new IllegalArgumentException(
            "importance: expected a share in [0,1], got " + importance);
      }
    }

    @Override
    public Optional<TrainedLoss> trained() {
      return Optional.of(
          new TrainedLoss(
              classWeight,
              maskWeight,
              diceWeight,
              noObjectWeight,
              Optional.of(new TrainedLoss.Points(points, oversample, importance)),
              Optional.empty()));
    }
  }

  /** MaskFormer: focal and dice loss on whole masks. */
  record Dense(
      @Doc("Weight of the class term in loss and matching cost.") double classWeight,
      @Doc("Weight of the focal term in loss and matching cost.") double maskWeight,
      @Doc("Weight of the dice term in loss and matching cost.") double diceWeight,
      @Doc("Weight of the no-object class in the class loss.") double noObjectWeight,
      @Doc("Balance of foreground in the focal loss, in [0,1].") double focalAlpha,
      @Doc("Exponent of the focal loss, at least 0.") double focalGamma)
      implements CriterionSettings, Matching {
    /** Checks the ranges. */
    public Dense {
      requireWeights(classWeight, maskWeight, diceWeight, noObjectWeight);
      if (!(focalAlpha >= 0 && focalAlpha <= 1)) {
        throw new IllegalArgumentException(
            "focalAlpha: expected a value in [0,1], got " + focalAlpha);
      }
      if (!(focalGamma >= 0)) {
        throw new IllegalArgumentException("focalGamma: expected at least 0, got " + focalGamma);
      }
    }

    @Override
    public Optional<TrainedLoss> trained() {
      return Optional.of(
          new TrainedLoss(
              classWeight,
              maskWeight,
              diceWeight,
              noObjectWeight,
              Optional.empty(),
              Optional.of(new TrainedLoss.Focal(focalAlpha, focalGamma))));
    }
  }

  /**
   * The per-pixel baselines: cross-entropy of each pixel's class; pixels without one do not count.
   */
  record PerPixel(@Doc("Weight of the cross-entropy.") double weight) implements CriterionSettings {
    /** Checks the range. */
    public PerPixel {
      requireWeight("weight", weight);
      if (weight == 0) {
        throw new IllegalArgumentException(
            "weight: expected a weight above 0, got 0: nothing would be learnt");
      }
    }
  }

  private static void requireWeights(
      double classWeight, double maskWeight, double diceWeight, double noObjectWeight) {
    requireWeight("classWeight", classWeight);
    requireWeight("maskWeight", maskWeight);
    requireWeight("diceWeight", diceWeight);
    requireWeight("noObjectWeight", noObjectWeight);
    if (classWeight + maskWeight + diceWeight == 0) {
      throw new IllegalArgumentException(
          "classWeight: expected a weight above 0 of class, mask or dice, got 0 for all three:"
              + " nothing would be learnt");
    }
  }

  private static void requireWeight(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + ": expected a finite weight >= 0, got " + value);
    }
  }
}

package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.settings.Doc;
import org.maskwright.settings.VariantsOf;
import org.maskwright.trainer.match.MatchPolicy;
import org.maskwright.trainer.match.MatchSettings;

/** How predictions are compared with targets. */
@Doc("What is minimised: how predictions are matched with targets and compared with them.")
@VariantsOf(CriterionKind.class)
public interface CriterionSettings {
  /** The criterion that the settings describe. */
  Criterion criterion();

  /** Whether it is for models that classify pixels. */
  default boolean classifiesPixels() {
    return false;
  }

  /** Whether losses are sampled at points. */
  default boolean samplesPoints() {
    return false;
  }

  /** How much each class counts in the class loss. */
  default ClassWeightSettings classWeights() {
    return new ClassWeightSettings.None();
  }

  /** As these with other weights of classes, where there are some. */
  default CriterionSettings withClassWeights(ClassWeightSettings weights) {
    return this;
  }

  /** As these with so many points, where points are sampled. */
  default CriterionSettings withPoints(int count) {
    return this;
  }

  /** What a file of weights says about the loss; empty where no other tool has it. */
  default Optional<TrainedLoss> trained() {
    return Optional.empty();
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
          double importance,
      @Doc("How much each class counts in the class loss.") ClassWeightSettings classWeights,
      @Doc("Which query is compared with which target.") MatchSettings matching,
      @Doc("Further terms by name, none by default.") Map<String, LossTermSettings> terms)
      implements CriterionSettings {
    /** With the cheapest matching and without further terms. */
    public Points(
        double classWeight,
        double maskWeight,
        double diceWeight,
        double noObjectWeight,
        int points,
        double oversample,
        double importance) {
      this(
          classWeight,
          maskWeight,
          diceWeight,
          noObjectWeight,
          points,
          oversample,
          importance,
          new ClassWeightSettings.None(),
          new MatchSettings.Hungarian(),
          Map.of());
    }

    /** Checks the ranges. */
    public Points {
      requireWeights(classWeight, maskWeight, diceWeight, noObjectWeight);
      terms = copyOf(terms);
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
    public Criterion criterion() {
      return new TermCriterion(
          with(
              terms,
              new ClassTerm(classWeight, noObjectWeight, classWeights.numbers()),
              new PointMaskTerm(maskWeight),
              new PointDiceTerm(diceWeight)),
          MatchSettings.built(matching),
          new Sampling(points, oversample, importance),
          MaskScores.SIGMOID);
    }

    @Override
    public boolean samplesPoints() {
      return true;
    }

    @Override
    public Points withPoints(int count) {
      return new Points(
          classWeight,
          maskWeight,
          diceWeight,
          noObjectWeight,
          count,
          oversample,
          importance,
          classWeights,
          matching,
          terms);
    }

    @Override
    public Points withClassWeights(ClassWeightSettings weights) {
      return new Points(
          classWeight,
          maskWeight,
          diceWeight,
          noObjectWeight,
          points,
          oversample,
          importance,
          weights,
          matching,
          terms);
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
      @Doc("Exponent of the focal loss, at least 0.") double focalGamma,
      @Doc("How much each class counts in the class loss.") ClassWeightSettings classWeights,
      @Doc("Which query is compared with which target.") MatchSettings matching,
      @Doc("Further terms by name, none by default.") Map<String, LossTermSettings> terms)
      implements CriterionSettings {
    /** With the cheapest matching and without further terms. */
    public Dense(
        double classWeight,
        double maskWeight,
        double diceWeight,
        double noObjectWeight,
        double focalAlpha,
        double focalGamma) {
      this(
          classWeight,
          maskWeight,
          diceWeight,
          noObjectWeight,
          focalAlpha,
          focalGamma,
          new ClassWeightSettings.None(),
          new MatchSettings.Hungarian(),
          Map.of());
    }

    /** Checks the ranges. */
    public Dense {
      requireWeights(classWeight, maskWeight, diceWeight, noObjectWeight);
      terms = copyOf(terms);
      if (!(focalAlpha >= 0 && focalAlpha <= 1)) {
        throw new IllegalArgumentException(
            "focalAlpha: expected a value in [0,1], got " + focalAlpha);
      }
      if (!(focalGamma >= 0)) {
        throw new IllegalArgumentException("focalGamma: expected at least 0, got " + focalGamma);
      }
    }

    @Override
    public Criterion criterion() {
      return new TermCriterion(
          with(
              terms,
              new ClassTerm(classWeight, noObjectWeight, classWeights.numbers()),
              new FocalTerm("loss_mask", maskWeight, focalAlpha, focalGamma),
              new GridDiceTerm("loss_dice", diceWeight)),
          MatchSettings.built(matching),
          Sampling.NONE,
          MaskScores.SIGMOID);
    }

    @Override
    public Dense withClassWeights(ClassWeightSettings weights) {
      return new Dense(
          classWeight,
          maskWeight,
          diceWeight,
          noObjectWeight,
          focalAlpha,
          focalGamma,
          weights,
          matching,
          terms);
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
  record PerPixel(
      @Doc("Weight of the cross-entropy.") double weight,
      @Doc("How much each class counts.") ClassWeightSettings classWeights)
      implements CriterionSettings {
    /** With classes that count as much. */
    public PerPixel(double weight) {
      this(weight, new ClassWeightSettings.None());
    }

    /** Checks the range. */
    public PerPixel {
      requireWeight("weight", weight);
      if (weight == 0) {
        throw new IllegalArgumentException(
            "weight: expected a weight above 0, got 0: nothing would be learnt");
      }
    }

    @Override
    public PerPixel withClassWeights(ClassWeightSettings weights) {
      return new PerPixel(weight, weights);
    }

    /** Nothing is matched: query k stands for class k. */
    @Override
    public Criterion criterion() {
      return new TermCriterion(
          List.of(new PixelTerm(weight, classWeights.numbers())),
          MatchPolicy.identity(),
          Sampling.NONE,
          MaskScores.SOFTMAX);
    }

    @Override
    public boolean classifiesPixels() {
      return true;
    }
  }

  /** In order, with names that go with those of a criterion's own. */
  private static Map<String, LossTermSettings> copyOf(Map<String, LossTermSettings> terms) {
    for (String key : terms.keySet()) {
      if (!key.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")
          || key.matches(".*-\\d+")
          || List.of("ce", "mask", "dice").contains(key)) {
        throw new IllegalArgumentException(
            "terms: expected names of lower-case words joined by hyphens, without a number at the end and other than ce, mask and dice, got "
                + key);
      }
    }
    return Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  /** A criterion's own terms, then those that a configuration adds. */
  private static List<LossTerm> with(Map<String, LossTermSettings> further, LossTerm... own) {
    List<LossTerm> out = new ArrayList<>(List.of(own));
    further.forEach((key, settings) -> out.add(LossTermSettings.built(key, settings)));
    return out;
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

package org.maskwright.trainer.optim;

import org.maskwright.settings.Doc;

/** AdamW and what belongs to it. */
@Doc("AdamW, its parameter groups, clipping and the moving average of the weights.")
public record OptimizerSettings(
    @Doc("Learning rate at factor 1 of the schedule; 0 changes nothing, for checks.")
        double learningRate,
    @Doc("Factor on the learning rate of the backbone.") double backboneMultiplier,
    @Doc("Decoupled weight decay of weights and biases.") double weightDecay,
    @Doc("Weight decay of normalisation layers, embeddings and relative position tables.")
        double weightDecayNorm,
    @Doc("Decay of the first moment, in [0,1).") double beta1,
    @Doc("Decay of the second moment, in [0,1).") double beta2,
    @Doc("Added to the root of the second moment, above 0.") double epsilon,
    @Doc("Largest L2 norm of the gradient of all parameters together; 0 = no clipping.")
        double clipNorm,
    @Doc(
            "Decay of the exponential moving average of the weights, which evaluation then uses, in [0,1); 0 = none.")
        double emaDecay) {
  /** Checks the ranges. */
  public OptimizerSettings {
    require(learningRate >= 0, "learningRate", "at least 0", learningRate);
    require(backboneMultiplier >= 0, "backboneMultiplier", "at least 0", backboneMultiplier);
    require(weightDecay >= 0, "weightDecay", "at least 0", weightDecay);
    require(weightDecayNorm >= 0, "weightDecayNorm", "at least 0", weightDecayNorm);
    require(beta1 >= 0 && beta1 < 1, "beta1", "in [0,1)", beta1);
    require(beta2 >= 0 && beta2 < 1, "beta2", "in [0,1)", beta2);
    require(epsilon > 0, "epsilon", "above 0", epsilon);
    require(clipNorm >= 0, "clipNorm", "at least 0", clipNorm);
    require(emaDecay >= 0 && emaDecay < 1, "emaDecay", "in [0,1)", emaDecay);
  }

  private static void require(boolean fits, String name, String expected, double got) {
    if (!fits || !Double.isFinite(got)) {
      throw new IllegalArgumentException(name + ": expected a number " + expected + ", got " + got);
    }
  }
}

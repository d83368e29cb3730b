package org.maskwright.trainer.optim;

import org.maskwright.engine.nn.Module;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;

/** The optimiser and what belongs to it. */
@Doc("The optimiser, its parameter groups, clipping and the moving average of the weights.")
public record OptimizerSettings(
    @Doc("Learning rate at factor 1 of the schedule; 0 changes nothing, for checks.")
        double learningRate,
    @Doc("Factor on the learning rate of the backbone.") double backboneMultiplier,
    @Doc("Layer-wise decay of the learning rate in the backbone.") LayerDecay layerDecay,
    @Doc("Weight decay of weights and biases.") double weightDecay,
    @Doc("Weight decay of normalisation layers, embeddings and relative position tables.")
        double weightDecayNorm,
    @Doc("Largest L2 norm of the gradient of all parameters together; 0 = no clipping.")
        double clipNorm,
    @Doc(
            "Decay of the exponential moving average of the weights, which evaluation then uses, in [0,1); 0 = none.")
        double emaDecay,
    @Doc("How a gradient changes a parameter.") UpdateRuleSettings base,
    @Doc("Where a step takes its gradient from.") MethodSettings method) {
  /** Checks the ranges. */
  public OptimizerSettings {
    require(learningRate >= 0, "learningRate", "at least 0", learningRate);
    require(backboneMultiplier >= 0, "backboneMultiplier", "at least 0", backboneMultiplier);
    require(weightDecay >= 0, "weightDecay", "at least 0", weightDecay);
    require(weightDecayNorm >= 0, "weightDecayNorm", "at least 0", weightDecayNorm);
    require(clipNorm >= 0, "clipNorm", "at least 0", clipNorm);
    require(emaDecay >= 0 && emaDecay < 1, "emaDecay", "in [0,1)", emaDecay);
  }

  /**
   * The optimiser of a model, for the parameters that are trainable now.
   *
   * @return the caller's to close
   */
  public Optimizer over(Module model) {
    return over(model, ProcessGroup.alone());
  }

  /**
   * As {@link #over(Module)}, with the optimiser's state divided over processes that take every
   * step together with the same gradients. The steps are those of an undivided state, to the bit;
   * {@link Optimizer#state()} is this process's part of it.
   *
   * @param sharing all of them; of one, nothing is divided
   * @return the caller's to close
   */
  public Optimizer over(Module model, ProcessGroup sharing) {
    Optimizer descent = new Descent(model, this, sharing);
    try {
      return Registry.of(MethodKind.class).make(method, () -> method.around(descent, model));
    } catch (RuntimeException e) {
      descent.close();
      throw e;
    }
  }

  static void require(boolean fits, String name, String expected, double got) {
    if (!fits || !Double.isFinite(got)) {
      throw new IllegalArgumentException(name + ": expected a number " + expected + ", got " + got);
    }
  }
}

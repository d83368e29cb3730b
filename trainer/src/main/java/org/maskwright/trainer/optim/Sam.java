package org.maskwright.trainer.optim;

import org.maskwright.engine.nn.Module;
import org.maskwright.settings.Doc;

/**
 * Sharpness-aware minimisation: follows the gradient at the worst point near the weights.
 *
 * <p><b>Source</b> arXiv 2010.01412, algorithm 1, p = 2.
 */
public final class Sam implements MethodKind {
  /** Its numbers. */
  @Doc(
      "Sharpness-aware minimisation (arXiv 2010.01412): two gradients a step, which takes twice the"
          + " time. Its keys have no defaults: what fits depends on the model"
          + " (docs/optimizers.md).")
  public record Settings(
      @Doc("How far the weights are moved along their gradient, an L2 norm, at least 0.")
          double rho,
      @Doc("Move each weight in proportion to its absolute value.") boolean adaptive)
      implements MethodSettings {
    /** Checks the range. */
    public Settings {
      OptimizerSettings.require(rho >= 0, "rho", "at least 0", rho);
    }

    @Override
    public Optimizer around(Optimizer base, Module model) {
      return new SharpnessAware(
          base, model, factor -> rho, adaptive, first -> SharpnessAware.Combination.SECOND);
    }
  }

  @Override
  public String name() {
    return "sam";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;

/**
 * Surrogate-gap guided sharpness-aware minimisation: as SAM it lowers the loss at the worst point
 * near the weights, and at no cost to that the gap between that loss and the one at the weights.
 *
 * <p><b>Maths</b> with g the gradient at w and g_p that at the moved weights: g_o = g - (g . g_p) /
 * |g_p|^2 g_p, the part of g that is orthogonal to g_p; g_p - alpha g_o is followed. rho goes with
 * the schedule's factor f: rho_min + (rho_max - rho_min) (f - f_end) / (1 - f_end), and not below 0
 * where a warm-up's f is below f_end.
 *
 * <p><b>Source</b> arXiv 2203.08065, algorithm 1.
 */
public final class Gsam implements MethodKind {
  /** Its numbers. */
  @Doc(
      "GSAM (arXiv 2203.08065): two gradients a step, which takes twice the time. Its keys have no"
          + " defaults: what fits depends on the model (docs/optimizers.md).")
  public record Settings(
      @Doc(
              "How far the weights are moved along their gradient where the schedule's factor is 1,"
                  + " an L2 norm, at least rho-min.")
          double rhoMax,
      @Doc("How far they are moved where the factor is final-factor, at least 0.") double rhoMin,
      @Doc(
              "Factor of the schedule at its end, in [0,1): final learning rate divided by"
                  + " optimizer.learning-rate.")
          double finalFactor,
      @Doc("Weight of the part that lowers the surrogate gap, at least 0; 0 = as SAM.")
          double alpha,
      @Doc("Move each weight in proportion to its absolute value.") boolean adaptive)
      implements MethodSettings {
    /** Checks the ranges. */
    public Settings {
      OptimizerSettings.require(rhoMin >= 0, "rhoMin", "at least 0", rhoMin);
      OptimizerSettings.require(rhoMax >= rhoMin, "rhoMax", "at least rho-min", rhoMax);
      OptimizerSettings.require(
          finalFactor >= 0 && finalFactor < 1, "finalFactor", "in [0,1)", finalFactor);
      OptimizerSettings.require(alpha >= 0, "alpha", "at least 0", alpha);
    }

    @Override
    public Optimizer around(Optimizer base, Module model) {
      return new SharpnessAware(
          base,
          model,
          this::rho,
          adaptive,
          first ->
              alpha == 0
                  ? SharpnessAware.Combination.SECOND
                  : new Decomposition(model.engine(), first, alpha));
    }

    double rho(double factor) {
      double share = (factor - finalFactor) / (1 - finalFactor);
      return Math.max(0, rhoMin + (rhoMax - rhoMin) * share);
    }
  }

  @Override
  public String name() {
    return "gsam";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Keeps a copy of the first gradient until it is closed. */
  private static final class Decomposition implements SharpnessAware.Combination {
    private final double alpha;
    private final Scope scope;
    private final Map<Parameter, Tensor> first = new LinkedHashMap<>();

    Decomposition(Engine engine, Collection<Parameter> parameters, double alpha) {
      this.alpha = alpha;
      this.scope = engine.scope();
      try {
        for (Parameter p : parameters) {
          if (p.grad() != null) {
            first.put(p, p.grad().copy());
          }
        }
      } catch (RuntimeException e) { // native memory has run out, say
        close();
        throw e;
      }
    }

    /** g_p - alpha (g - c g_p) = (1 + alpha c) g_p - alpha g, with c = g . g_p / |g_p|^2. */
    @Override
    public void apply() {
      List<Tensor> before = new ArrayList<>();
      List<Tensor> second = new ArrayList<>();
      first.forEach(
          (p, g) -> {
            if (p.grad() != null) {
              before.add(g);
              second.add(p.grad());
            }
          });
      double square = Tensor.dot(second, second);
      double c = square == 0 ? 0 : Tensor.dot(before, second) / square;
      first.forEach(
          (p, g) -> {
            if (p.grad() != null) {
              p.mixGrad(1 + alpha * c, g, -alpha);
            }
          });
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}

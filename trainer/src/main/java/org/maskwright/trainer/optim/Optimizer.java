package org.maskwright.trainer.optim;

import java.util.Map;
import org.maskwright.engine.tensor.Parameter;

/**
 * Changes parameters step by step. Either a {@link Descent}, which asks for the gradient once, or
 * one around another: that hands its inner optimiser a closure of its own, which asks for as many
 * gradients as it needs and leaves their combination. What the inner one does, such as clipping, is
 * then done to the combination.
 *
 * <p><b>Lifecycle</b> owns native memory until {@link #close()}; one around another closes that.
 */
public interface Optimizer extends AutoCloseable {
  /**
   * What a step did.
   *
   * @param gradientNorm L2 norm of the gradient that was followed, of all parameters together,
   *     before clipping
   * @param measures what else the log is to show, by name; every step of an optimiser has the same
   *     names
   */
  record Outcome(double gradientNorm, Map<String, Double> measures) {}

  /**
   * Takes a step. Gradients are left in the parameters; the caller frees them.
   *
   * @param scheduleFactor factor of the learning-rate schedule at this step
   * @param backboneFactor that of the backbone's parameters
   * @throws NonFiniteGradientException if the gradient is not finite; parameters are those before
   *     the step then, and also if the closure throws
   */
  Outcome step(Closure closure, double scheduleFactor, double backboneFactor);

  /** A step with one factor for all parameters. */
  default Outcome step(Closure closure, double scheduleFactor) {
    return step(closure, scheduleFactor, scheduleFactor);
  }

  /** How many steps were taken. */
  long steps();

  /** What a checkpoint holds of it, by names such as {@code first.<parameter>}. */
  Map<String, Parameter> state();

  /** Continues after {@code steps} steps; the values of {@link #state()} were loaded before. */
  void resume(long steps);

  @Override
  void close();
}

package org.maskwright.trainer.optim;

import java.util.function.DoubleSupplier;

/** The loss of a step and its gradients, for an optimiser to ask for as often as it needs them. */
@FunctionalInterface
public interface Closure {
  /**
   * Computes the loss at the parameters' present values, and leaves its gradient in them in place
   * of what was there. Every call within a step is of the same function: the same images, random
   * numbers and matches. What is not learnt by gradients (running statistics) moves in the first
   * call alone.
   *
   * @return the loss over all parts of the step
   */
  double evaluate();

  /**
   * As {@link #evaluate}, for a caller that reads more of the gradient: the loss is read, and found
   * finite or not, when it is asked for, which is before parameters change.
   */
  default DoubleSupplier evaluateAhead() {
    double loss = evaluate();
    return () -> loss;
  }
}

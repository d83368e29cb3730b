package org.maskwright.trainer.optim;

/** A gradient is NaN or infinite; no parameter was changed by it. */
public final class NonFiniteGradientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteGradientException(double norm) {
    super("the gradient's norm is " + norm);
  }
}

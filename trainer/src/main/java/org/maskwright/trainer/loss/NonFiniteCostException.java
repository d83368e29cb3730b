package org.maskwright.trainer.loss;

/** A matching cost is NaN or infinite: the predictions of the step are. */
public final class NonFiniteCostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NonFiniteCostException(String message) {
    super(message);
  }
}

package org.maskwright.trainer.optim;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** The gradients of many parameters as one vector. */
final class Gradients {
  private Gradients() {}

  /**
   * The L2 norm; a parameter without gradient counts as 0.
   *
   * @throws NonFiniteGradientException if it is NaN or infinite
   */
  static double norm(Collection<Parameter> parameters) {
    List<Tensor> gradients =
        parameters.stream().map(Parameter::grad).filter(Objects::nonNull).toList();
    double norm = Math.sqrt(Tensor.dot(gradients, gradients));
    if (!Double.isFinite(norm)) {
      throw new NonFiniteGradientException(norm);
    }
    return norm;
  }
}

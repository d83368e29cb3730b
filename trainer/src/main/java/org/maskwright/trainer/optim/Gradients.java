package org.maskwright.trainer.optim;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
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
    return normLater(parameters).getAsDouble();
  }

  /** As {@link #norm}, which is read, and found finite or not, when it is asked for. */
  static DoubleSupplier normLater(Collection<Parameter> parameters) {
    List<Tensor> gradients =
        parameters.stream().map(Parameter::grad).filter(Objects::nonNull).toList();
    DoubleSupplier square = Tensor.dotLater(gradients, gradients);
    return () -> {
      double norm = Math.sqrt(square.getAsDouble());
      if (!Double.isFinite(norm)) {
        throw new NonFiniteGradientException(norm);
      }
      return norm;
    };
  }
}

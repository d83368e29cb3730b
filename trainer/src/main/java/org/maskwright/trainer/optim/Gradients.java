package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/** The gradients of many parameters as one vector. */
final class Gradients {
  private Gradients() {}

  /**
   * The L2 norm; a parameter without gradient counts as 0.
   *
   * @throws NonFiniteGradientException if it is NaN or infinite
   */
  static double norm(Engine engine, Collection<Parameter> parameters) {
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      List<Tensor> squares = new ArrayList<>();
      for (Parameter p : parameters) {
        Tensor grad = p.grad();
        if (grad != null) {
          squares.add(engine.tidy(s -> grad.square().sum().reshape(1)));
        }
      }
      double norm = Math.sqrt(sum(squares));
      if (!Double.isFinite(norm)) {
        throw new NonFiniteGradientException(norm);
      }
      return norm;
    }
  }

  /** The sum of tensors [1] in double, in one transfer. */
  static double sum(List<Tensor> terms) {
    double sum = 0;
    if (!terms.isEmpty()) {
      for (float term : Tensor.concat(0, terms.toArray(Tensor[]::new)).toFloats()) {
        sum += term;
      }
    }
    return sum;
  }
}

package org.maskwright.trainer.optim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * Weights that are moved along their gradient, until this is closed: then they are back to the last
 * bit. Those without gradient stay where they are.
 *
 * <p><b>Maths</b> w + rho * g / (|g| + 1e-12), the norm over all parameters; adaptive: w + rho *
 * |w| * g / (|g| + 1e-12), |w| element by element.
 *
 * <p><b>Source</b> SAM (arXiv 2010.01412), section 2, p = 2; adaptive as in GSAM (arXiv
 * 2203.08065). <b>Differs</b> from ASAM, which scales by |w| twice and takes the norm of |w| g.
 *
 * <p><b>Memory</b> one copy of the moved weights until {@link #close()}.
 */
final class Perturbation implements AutoCloseable {
  private static final double EPS = 1e-12;

  private final Scope scope;
  private final Map<Parameter, Tensor> before = new LinkedHashMap<>();

  /**
   * Moves the weights.
   *
   * @param norm of all gradients
   * @param rho how far, at least 0
   */
  Perturbation(
      Engine engine, Collection<Parameter> parameters, double norm, double rho, boolean adaptive) {
    this.scope = engine.scope();
    try (var off = engine.noGrad()) {
      for (Parameter p : parameters) {
        if (p.grad() != null) {
          move(engine, p, rho / (norm + EPS), adaptive);
        }
      }
    } catch (RuntimeException e) { // native memory has run out, say
      close();
      throw e;
    }
  }

  private void move(Engine engine, Parameter p, double factor, boolean adaptive) {
    Tensor weights = p.tensor().copy();
    before.put(p, weights);
    try (Scope own = engine.scope()) {
      p.mix(1, adaptive ? weights.abs().mul(p.grad()) : p.grad(), factor);
    }
  }

  @Override
  public void close() {
    try {
      before.forEach(Parameter::set);
    } finally {
      scope.close();
    }
  }
}

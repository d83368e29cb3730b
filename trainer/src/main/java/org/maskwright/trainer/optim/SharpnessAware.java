package org.maskwright.trainer.optim;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;

/**
 * Two evaluations a step: at the weights w, and at the weights moved along the gradient. The
 * gradient that is followed, from w, is that of the second or a combination of both.
 *
 * <p>The first gradient is not clipped; the combination is, by the optimiser inside. Where rho is 0
 * there is nothing to move, and the step is that of the optimiser inside, with one evaluation.
 *
 * <p><b>Measures</b> {@code rho}, and {@code surrogateGap}, the second loss minus the first.
 */
final class SharpnessAware implements Optimizer {
  /** What is kept of the first gradient, and how the two are combined. */
  interface Combination extends AutoCloseable {
    /** The second gradient alone. */
    Combination SECOND =
        new Combination() {
          @Override
          public void apply() {}

          @Override
          public void close() {}
        };

    /** Changes the second gradient, which is in the parameters, to the combination. */
    void apply();

    @Override
    void close();
  }

  private final Optimizer base;
  private final Engine engine;
  private final List<Parameter> parameters;
  private final DoubleUnaryOperator rho;
  private final boolean adaptive;
  private final Function<Collection<Parameter>, Combination> combination;

  /**
   * Around another optimiser, which it closes.
   *
   * @param rho how far the weights are moved, at least 0, by the factor of the schedule
   * @param adaptive whether each weight is moved in proportion to its size
   * @param combination made when the parameters hold the first gradient
   */
  SharpnessAware(
      Optimizer base,
      Module model,
      DoubleUnaryOperator rho,
      boolean adaptive,
      Function<Collection<Parameter>, Combination> combination) {
    this.base = base;
    this.engine = model.engine();
    this.parameters = model.parameters().values().stream().filter(Parameter::isTrainable).toList();
    this.rho = rho;
    this.adaptive = adaptive;
    this.combination = combination;
  }

  @Override
  public Outcome step(Closure closure, double scheduleFactor, double backboneFactor) {
    double radius = rho.applyAsDouble(scheduleFactor);
    double[] gap = new double[1];
    Outcome outcome =
        base.step(() -> evaluate(closure, radius, gap), scheduleFactor, backboneFactor);
    Map<String, Double> measures = new LinkedHashMap<>(outcome.measures());
    measures.put("rho", radius);
    measures.put("surrogateGap", gap[0]);
    return new Outcome(outcome.gradientNorm(), measures);
  }

  private double evaluate(Closure closure, double radius, double[] gap) {
    double loss = closure.evaluate();
    if (radius > 0) {
      double norm = Gradients.norm(parameters);
      try (Combination combined = combination.apply(parameters)) {
        try (Perturbation moved = new Perturbation(engine, parameters, norm, radius, adaptive)) {
          gap[0] = closure.evaluate() - loss;
        }
        combined.apply();
      }
    }
    return loss;
  }

  @Override
  public long steps() {
    return base.steps();
  }

  @Override
  public Map<String, Parameter> state() {
    return base.state();
  }

  @Override
  public void resume(long steps) {
    base.resume(steps);
  }

  @Override
  public void close() {
    base.close();
  }
}

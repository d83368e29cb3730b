package org.maskwright.trainer.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * AdamW (arXiv 1711.05101) over the trainable parameters of a model, with full-model gradient
 * clipping.
 *
 * <p>A parameter without gradient keeps its value in that step, decay included, as in PyTorch.
 *
 * <p><b>Differs:</b> the bias correction counts all updates, where PyTorch counts those of each
 * parameter. They are the same as long as every parameter has a gradient in every step, which the
 * criteria see to, also where a batch has no targets.
 *
 * <p><b>Lifecycle</b> owns two moments for each parameter until {@link #close()}.
 */
public final class AdamW implements AutoCloseable {
  /** Added to the norm in the clipping factor, as in PyTorch. */
  private static final double CLIP_EPS = 1e-6;

  private final Engine engine;
  private final OptimizerSettings settings;
  private final List<ParameterGroups.Entry> entries;
  private final Map<String, Parameter> first = new LinkedHashMap<>();
  private final Map<String, Parameter> second = new LinkedHashMap<>();
  private long steps;

  /** For the parameters that are trainable now. */
  public AdamW(Module model, OptimizerSettings settings) {
    this.engine = model.engine();
    this.settings = settings;
    this.entries = ParameterGroups.of(model, settings);
    try {
      for (ParameterGroups.Entry e : entries) {
        first.put(e.name(), new Parameter(engine.zeros(e.parameter().shape())));
        second.put(e.name(), new Parameter(engine.zeros(e.parameter().shape())));
      }
    } catch (RuntimeException e) { // native memory has run out, say
      close();
      throw e;
    }
  }

  /** How many updates were made. */
  public long steps() {
    return steps;
  }

  /** L2 norm of the gradients of all parameters together. */
  public double gradientNorm() {
    try (var off = engine.noGrad();
        Scope scope = engine.scope()) {
      List<Tensor> squares = new ArrayList<>();
      for (ParameterGroups.Entry e : entries) {
        Tensor grad = e.parameter().grad();
        if (grad != null) {
          squares.add(engine.tidy(s -> grad.square().sum().reshape(1)));
        }
      }
      if (squares.isEmpty()) {
        return 0;
      }
      double sum = 0;
      for (float square : Tensor.concat(0, squares.toArray(Tensor[]::new)).toFloats()) {
        sum += square;
      }
      return Math.sqrt(sum);
    }
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param scheduleFactor factor of the learning-rate schedule at this step
   * @param norm {@link #gradientNorm()}
   */
  public void step(double scheduleFactor, double norm) {
    steps++;
    double clip =
        settings.clipNorm() == 0 ? 1 : Math.min(1, settings.clipNorm() / (norm + CLIP_EPS));
    for (ParameterGroups.Entry e : entries) {
      if (e.parameter().grad() != null) {
        e.parameter()
            .adamW(
                first.get(e.name()),
                second.get(e.name()),
                new AdamWStep(
                    settings.learningRate() * e.lrFactor() * scheduleFactor,
                    settings.beta1(),
                    settings.beta2(),
                    settings.epsilon(),
                    e.weightDecay(),
                    steps,
                    clip));
      }
    }
  }

  /**
   * Both moments by name, {@code first.<parameter>} and {@code second.<parameter>}: what a
   * checkpoint holds.
   */
  public Map<String, Parameter> state() {
    Map<String, Parameter> out = new LinkedHashMap<>();
    first.forEach((name, p) -> out.put("first." + name, p));
    second.forEach((name, p) -> out.put("second." + name, p));
    return out;
  }

  /** Continues after {@code steps} updates; the moments were loaded through {@link #state()}. */
  public void resume(long steps) {
    this.steps = steps;
  }

  @Override
  public void close() {
    first.values().forEach(Parameter::close);
    second.values().forEach(Parameter::close);
  }
}

package org.maskwright.trainer.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;

/**
 * Stochastic gradient descent with momentum.
 *
 * <p><b>Maths</b> g = gradient + decay * w; b = momentum * b + g; w = w - rate * b, or with
 * Nesterov's momentum w - rate * (g + momentum * b). b starts at 0.
 *
 * <p><b>Source</b> PyTorch's SGD with dampening 0 (Sutskever et al., ICML 2013, with the rate
 * outside of b). Clipping scales the gradient, not the decay.
 */
public final class Sgd implements UpdateRuleKind {
  /** Its numbers. */
  @Doc("SGD with momentum as PyTorch's; its weight decay is part of the gradient.")
  public record Settings(
      @Doc("Factor on the sum of past gradients, in [0,1); 0 = none.") double momentum,
      @Doc("Look ahead along the momentum, as Nesterov does; needs momentum above 0.")
          boolean nesterov)
      implements UpdateRuleSettings {
    /** Checks the ranges. */
    public Settings {
      OptimizerSettings.require(momentum >= 0 && momentum < 1, "momentum", "in [0,1)", momentum);
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException(
            "nesterov: expected momentum above 0 with it, got 0; set momentum, or nesterov = false");
      }
    }

    @Override
    public UpdateRule rule(Map<String, Parameter> parameters) {
      return new Rule(parameters, this);
    }
  }

  @Override
  public String name() {
    return "sgd";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  private static final class Rule implements UpdateRule {
    private final Settings settings;
    private final Map<String, Parameter> momenta = new LinkedHashMap<>(); // none without momentum

    Rule(Map<String, Parameter> parameters, Settings settings) {
      this.settings = settings;
      if (settings.momentum() == 0) {
        return;
      }
      try {
        parameters.forEach(
            (name, p) -> momenta.put(name, new Parameter(p.tensor().engine().zeros(p.shape()))));
      } catch (RuntimeException e) { // native memory has run out, say
        close();
        throw e;
      }
    }

    @Override
    public void update(Map<String, Parameter> parameters, Update update) {
      parameters.forEach((name, parameter) -> update(name, parameter, update));
    }

    private void update(String name, Parameter parameter, Update update) {
      Engine engine = parameter.tensor().engine();
      try (var off = engine.noGrad();
          Scope scope = engine.scope()) {
        Tensor gradient = parameter.grad();
        if (update.gradScale() != 1) {
          gradient = gradient.mul(update.gradScale());
        }
        if (update.weightDecay() != 0) {
          gradient = gradient.add(parameter.tensor().mul(update.weightDecay()));
        }
        parameter.mix(1, direction(name, gradient), -update.learningRate());
      }
    }

    private Tensor direction(String name, Tensor gradient) {
      if (settings.momentum() == 0) {
        return gradient;
      }
      Parameter momentum = momenta.get(name);
      momentum.mix(settings.momentum(), gradient, 1);
      return settings.nesterov()
          ? gradient.add(momentum.tensor().mul(settings.momentum()))
          : momentum.tensor();
    }

    @Override
    public Map<String, Parameter> state() {
      Map<String, Parameter> out = new LinkedHashMap<>();
      momenta.forEach((name, p) -> out.put("momentum." + name, p));
      return out;
    }

    @Override
    public void close() {
      momenta.values().forEach(Parameter::close);
    }
  }
}

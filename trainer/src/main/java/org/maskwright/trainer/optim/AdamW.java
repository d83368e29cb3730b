package org.maskwright.trainer.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.settings.Doc;

/**
 * AdamW (arXiv 1711.05101): Adam's moments, and a weight decay beside the gradient.
 *
 * <p><b>Differs:</b> the bias correction counts all steps, where PyTorch counts the updates of each
 * parameter. They are the same as long as every parameter has a gradient in every step, which the
 * criteria see to, also where a batch has no targets.
 */
public final class AdamW implements UpdateRuleKind {
  /** Its numbers. */
  @Doc("AdamW (arXiv 1711.05101); its weight decay is beside the gradient, not in it.")
  public record Settings(
      @Doc("Decay of the first moment, in [0,1).") double beta1,
      @Doc("Decay of the second moment, in [0,1).") double beta2,
      @Doc("Added to the root of the second moment, above 0.") double epsilon)
      implements UpdateRuleSettings {
    /** Checks the ranges. */
    public Settings {
      OptimizerSettings.require(beta1 >= 0 && beta1 < 1, "beta1", "in [0,1)", beta1);
      OptimizerSettings.require(beta2 >= 0 && beta2 < 1, "beta2", "in [0,1)", beta2);
      OptimizerSettings.require(epsilon > 0, "epsilon", "above 0", epsilon);
    }

    @Override
    public UpdateRule rule(Map<String, Parameter> parameters) {
      return new Rule(parameters, this);
    }
  }

  @Override
  public String name() {
    return "adamw";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  private static final class Rule implements UpdateRule {
    private final Settings settings;
    private final Map<String, Parameter> first = new LinkedHashMap<>();
    private final Map<String, Parameter> second = new LinkedHashMap<>();

    Rule(Map<String, Parameter> parameters, Settings settings) {
      this.settings = settings;
      try {
        parameters.forEach(
            (name, p) -> {
              first.put(name, new Parameter(p.tensor().engine().zeros(p.shape())));
              second.put(name, new Parameter(p.tensor().engine().zeros(p.shape())));
            });
      } catch (RuntimeException e) { // native memory has run out, say
        close();
        throw e;
      }
    }

    @Override
    public void update(Map<String, Parameter> parameters, Update update) {
      Parameter.adamW(
          List.copyOf(parameters.values()),
          parameters.keySet().stream().map(first::get).toList(),
          parameters.keySet().stream().map(second::get).toList(),
          new AdamWStep(
              update.learningRate(),
              settings.beta1(),
              settings.beta2(),
              settings.epsilon(),
              update.weightDecay(),
              update.step(),
              update.gradScale()));
    }

    @Override
    public Map<String, Parameter> state() {
      Map<String, Parameter> out = new LinkedHashMap<>();
      first.forEach((name, p) -> out.put("first." + name, p));
      second.forEach((name, p) -> out.put("second." + name, p));
      return out;
    }

    @Override
    public void close() {
      first.values().forEach(Parameter::close);
      second.values().forEach(Parameter::close);
    }
  }
}

package example;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.optim.UpdateRule;
import org.maskwright.trainer.optim.UpdateRuleKind;
import org.maskwright.trainer.optim.UpdateRuleSettings;

/** Steps of one size, in the direction of the momentum's sign (arXiv 2302.06675). */
public final class Lion implements UpdateRuleKind {
  @Override
  public String name() {
    return "lion";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Its numbers. */
  public record Settings(
      @Doc("Share of the momentum in the direction.") double beta1,
      @Doc("Share of the momentum that is kept.") double beta2)
      implements UpdateRuleSettings {
    @Override
    public UpdateRule rule(Map<String, Parameter> parameters) {
      return new Rule(parameters, this);
    }
  }

  private static final class Rule implements UpdateRule {
    private final Settings settings;
    private final Map<String, Parameter> momenta = new LinkedHashMap<>();

    Rule(Map<String, Parameter> parameters, Settings settings) {
      this.settings = settings;
      parameters.forEach(
          (name, p) -> momenta.put(name, new Parameter(p.tensor().engine().zeros(p.shape()))));
    }

    @Override
    public void update(Map<String, Parameter> parameters, Update update) {
      parameters.forEach((name, parameter) -> update(name, parameter, update));
    }

    private void update(String name, Parameter parameter, Update update) {
      Engine engine = parameter.tensor().engine();
      try (var off = engine.noGrad();
          Scope scope = engine.scope()) {
        Parameter momentum = momenta.get(name);
        Tensor gradient = parameter.grad().mul(update.gradScale());
        double beta1 = settings.beta1();
        Tensor direction = momentum.tensor().mul(beta1).add(gradient.mul(1 - beta1)).sign();
        double rate = update.learningRate();
        parameter.mix(1 - rate * update.weightDecay(), direction, -rate);
        momentum.mix(settings.beta2(), gradient, 1 - settings.beta2());
      }
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

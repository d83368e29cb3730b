package org.maskwright.trainer.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.settings.Registry;

/**
 * One evaluation of the loss, clipping by the norm of the gradient of the whole model, and the
 * update of each trainable parameter by a rule.
 *
 * <p>A parameter without gradient keeps its value in that step, decay included, as in PyTorch.
 */
final class Descent implements Optimizer {
  /** Added to the norm in the clipping factor, as in PyTorch. */
  private static final double CLIP_EPS = 1e-6;

  private final OptimizerSettings settings;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<Numbers, Map<String, Parameter>> groups = new LinkedHashMap<>();
  private final StateShares shares;
  private final UpdateRule rule;
  private long steps;

  /** What the parameters of a group have in common. */
  private record Numbers(boolean ofBackbone, double lrFactor, double weightDecay) {}

  /**
   * For the parameters that are trainable now.
   *
   * @param sharing processes that divide the state
   */
  Descent(Module model, OptimizerSettings settings, ProcessGroup sharing) {
    this.settings = settings;
    List<ParameterGroups.Entry> entries = ParameterGroups.of(model, settings);
    entries.forEach(e -> parameters.put(e.name(), e.parameter()));
    this.shares = new StateShares(model.engine(), sharing, parameters);
    for (ParameterGroups.Entry e : entries) {
      if (shares.own().containsKey(e.name())) {
        groups
            .computeIfAbsent(
                new Numbers(e.ofBackbone(), e.lrFactor(), e.weightDecay()),
                n -> new LinkedHashMap<>())
            .put(e.name(), e.parameter());
      }
    }
    UpdateRuleSettings base = settings.base();
    this.rule = Registry.of(UpdateRuleKind.class).make(base, () -> base.rule(shares.own()));
  }

  @Override
  public Outcome step(Closure closure, double scheduleFactor, double backboneFactor) {
    DoubleSupplier loss = closure.evaluateAhead();
    DoubleSupplier followed = Gradients.normLater(parameters.values());
    double unused = loss.getAsDouble(); // of both in one transfer; throws if it is not finite
    double norm = followed.getAsDouble();
    double clip =
        settings.clipNorm() == 0 ? 1 : Math.min(1, settings.clipNorm() / (norm + CLIP_EPS));
    steps++;
    groups.forEach(
        (numbers, group) -> {
          double scheduled = numbers.ofBackbone() ? backboneFactor : scheduleFactor;
          double rate = settings.learningRate() * numbers.lrFactor() * scheduled;
          rule.update(
              withGradient(group), new UpdateRule.Update(rate, numbers.weightDecay(), clip, steps));
        });
    shares.exchange();
    return new Outcome(norm, Map.of());
  }

  private static Map<String, Parameter> withGradient(Map<String, Parameter> group) {
    Map<String, Parameter> out = new LinkedHashMap<>(group);
    out.values().removeIf(p -> p.grad() == null);
    return out;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public Map<String, Parameter> state() {
    return rule.state();
  }

  @Override
  public void resume(long steps) {
    this.steps = steps;
  }

  @Override
  public void close() {
    rule.close();
  }
}

package org.maskwright.trainer.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * Exponential moving average of a model's parameters and buffers: average = decay * average + (1 -
 * decay) * value.
 *
 * <p><b>Lifecycle</b> owns one copy of the model until {@link #close()}.
 */
public final class Ema implements AutoCloseable {
  private final Engine engine;
  private final double decay;
  private final Map<String, Parameter> values;
  private final Map<String, Parameter> averages = new LinkedHashMap<>();

  /** Starts at the model's present values. */
  public Ema(Module model, double decay) {
    this(model.engine(), model.state(), decay);
  }

  /** Of some of a model's values alone, by their names. */
  public Ema(Engine engine, Map<String, Parameter> some, double decay) {
    this.engine = engine;
    this.decay = decay;
    this.values = some;
    try {
      values.forEach((name, p) -> averages.put(name, new Parameter(p.tensor())));
    } catch (RuntimeException e) { // native memory has run out, say
      close();
      throw e;
    }
  }

  /** Takes in the model's present values. */
  public void update() {
    values.forEach((name, p) -> averages.get(name).mix(decay, p.tensor(), 1 - decay));
  }

  /** The averages by parameter name: what a checkpoint holds. */
  public Map<String, Parameter> state() {
    return averages;
  }

  /**
   * Runs {@code body} with the averages in the model's place, and puts the model's own values back.
   */
  public void with(Runnable body) {
    exchange();
    try {
      body.run();
    } finally {
      exchange();
    }
  }

  private void exchange() {
    values.forEach(
        (name, p) -> {
          try (Scope scope = engine.scope()) {
            Tensor before = p.tensor().copy();
            p.set(averages.get(name).tensor());
            averages.get(name).set(before);
          }
        });
  }

  @Override
  public void close() {
    averages.values().forEach(Parameter::close);
  }
}

package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Linear layers with ReLU between them; names {@code layers.0}, {@code layers.1}, ... */
public final class Mlp extends Module {
  private final ModuleList<Linear> layers;

  /**
   * Default initial values of linear layers.
   *
   * @param count number of linear layers, >= 1; all but the last give {@code hidden} values
   */
  public Mlp(Engine engine, int in, int hidden, int out, int count) {
    super(engine);
    layers = child("layers", new ModuleList<>(engine));
    for (int i = 0; i < count; i++) {
      layers.add(Linear.of(engine, i == 0 ? in : hidden, i == count - 1 ? out : hidden));
    }
  }

  /** x [..,in] to [..,out]. */
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (int i = 0; i < layers.size(); i++) {
      y = layers.get(i).forward(i == 0 ? y : y.relu());
    }
    return y;
  }
}

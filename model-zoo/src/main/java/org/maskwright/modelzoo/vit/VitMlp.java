package org.maskwright.modelzoo.vit;

import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** The feed-forward network of a block: two layers, of which the first may be gated. */
final class VitMlp extends Module {

  private final VitActivation kind;
  private final Linear first;
  private final Linear second;

  /** Linear layers Xavier-uniform, biases 0. */
  VitMlp(Engine engine, int channels, int hidden, VitActivation kind) {
    super(engine);
    this.kind = kind;
    first = child(kind.first(), linear(engine, channels, kind.halves() * hidden));
    second = child(kind.second(), linear(engine, hidden, channels));
  }

  /** x [..,C] to the same shape. */
  Tensor forward(Tensor x) {
    return second.forward(kind.apply(first, x));
  }

  /** Weight Xavier-uniform, bias 0, as in MAE. */
  static Linear linear(Engine engine, int in, int out) {
    return Linear.with(
        Init.xavierUniform(engine, engine.random().get("init"), out, in), engine.zeros(out));
  }
}

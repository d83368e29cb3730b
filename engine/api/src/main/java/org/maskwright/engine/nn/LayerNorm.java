package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Normalises the last axis (arXiv 1607.06450); eps 1e-5. */
public final class LayerNorm extends Module {
  private static final double EPS = 1e-5;
  private final Parameter weight;
  private final Parameter bias;

  /** Weight 1, bias 0. */
  public LayerNorm(Engine engine, int channels) {
    super(engine);
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
  }

  /** x [..,C] to the same shape, float32. */
  public Tensor forward(Tensor x) {
    return x.layerNorm(weight.tensor(), bias.tensor(), EPS);
  }
}

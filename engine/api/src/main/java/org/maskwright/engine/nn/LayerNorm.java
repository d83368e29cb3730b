package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Normalises the last axis (arXiv 1607.06450); eps 1e-5 unless another is given. */
public final class LayerNorm extends Module {
  private static final double EPS = 1e-5;
  private final Parameter weight;
  private final Parameter bias;
  private final double eps;

  /** Weight 1, bias 0. */
  public LayerNorm(Engine engine, int channels) {
    this(engine, channels, EPS);
  }

  /** The same with another number added to the variances. */
  public LayerNorm(Engine engine, int channels, double eps) {
    super(engine);
    this.eps = eps;
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
  }

  /** x [..,C] to the same shape, float32. */
  public Tensor forward(Tensor x) {
    return x.layerNorm(weight.tensor(), bias.tensor(), eps);
  }

  /** The channels of each pixel of a map [B,C,H,W], to the same shape. */
  public Tensor forwardMap(Tensor map) {
    return forward(map.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
  }
}

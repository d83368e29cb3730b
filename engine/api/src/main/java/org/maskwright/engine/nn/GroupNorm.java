package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Normalises groups of channels (arXiv 1803.08494); eps 1e-5. */
public final class GroupNorm extends Module {
  private static final double EPS = 1e-5;
  private final int groups;
  private final Parameter weight;
  private final Parameter bias;

  /** Weight 1, bias 0; channels is a multiple of groups. */
  public GroupNorm(Engine engine, int groups, int channels) {
    super(engine);
    this.groups = groups;
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
  }

  /** x [B,C,...] to the same shape, float32. */
  public Tensor forward(Tensor x) {
    return x.groupNorm(groups, weight.tensor(), bias.tensor(), EPS);
  }
}

package org.maskwright.engine.nn;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Cross-correlation of images; weight [O,C/groups,kH,kW], bias [O] or none. */
public final class Conv2d extends Module {
  private final Parameter weight;
  private final Parameter bias;
  private final Conv2dSpec spec;

  /** With given initial values; bias may be null. */
  public Conv2d(Tensor weight, Tensor bias, Conv2dSpec spec) {
    super(weight.engine());
    this.weight = parameter("weight", weight);
    this.bias = bias == null ? null : parameter("bias", bias);
    this.spec = spec;
  }

  /** x [B,C,H,W] to [B,O,H',W']. */
  public Tensor forward(Tensor x) {
    return x.conv2d(weight.tensor(), bias == null ? null : bias.tensor(), spec);
  }

  /** The weight [O,C/groups,kH,kW]. */
  public Parameter weight() {
    return weight;
  }

  /** The bias [O], or null. */
  public Parameter bias() {
    return bias;
  }
}

package org.maskwright.engine.nn;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** y = x W^T + b over the last axis; weight [out,in], bias [out]. */
public final class Linear extends Module {
  /** The slope a of {@link Init#kaimingUniform} that gives the field's default, U(+-1/sqrt(in)). */
  public static final double DEFAULT_SLOPE = Math.sqrt(5);

  private final Parameter weight;
  private final Parameter bias;

  private Linear(Engine engine, Tensor weight, Tensor bias) {
    super(engine);
    this.weight = parameter("weight", weight);
    this.bias = bias == null ? null : parameter("bias", bias);
  }

  /** With the field's default initial values: weight and bias U(-b,b), b = 1/sqrt(in). */
  public static Linear of(Engine engine, int in, int out) {
    var random = engine.random().get("init");
    long[] shape = {out, in};
    Tensor w = Init.kaimingUniform(engine, random, DEFAULT_SLOPE, shape);
    return new Linear(engine, w, Init.biasUniform(engine, random, shape));
  }

  /** Weight Xavier-uniform; bias U(-b,b), b = 1/sqrt(in), the field's default. */
  public static Linear xavier(Engine engine, int in, int out) {
    var random = engine.random().get("init");
    long[] shape = {out, in};
    Tensor w = Init.xavierUniform(engine, random, shape);
    return new Linear(engine, w, Init.biasUniform(engine, random, shape));
  }

  /** With given initial values; bias may be null. */
  public static Linear with(Tensor weight, Tensor bias) {
    return new Linear(weight.engine(), weight, bias);
  }

  /** x [..,in] to [..,out]. */
  public Tensor forward(Tensor x) {
    return forward(x, Activation.NONE);
  }

  /** x [..,in] to [..,out], then an activation. */
  public Tensor forward(Tensor x, Activation after) {
    return x.linear(weight.tensor(), bias == null ? null : bias.tensor(), after);
  }

  /** The weight [out,in]. */
  public Parameter weight() {
    return weight;
  }

  /** The bias [out], or null. */
  public Parameter bias() {
    return bias;
  }
}

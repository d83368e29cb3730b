package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Batch normalisation whose statistics and affine values never change: y = x scale + shift with
 * scale = weight / sqrt(running_var + eps) and shift = bias - running_mean scale.
 *
 * <p>Differs from {@link BatchNorm} in that nothing is trained. Its affine values count as
 * parameters, as they do in published totals.
 */
public final class FrozenBatchNorm extends Module {
  static final double EPS = 1e-5;
  private final double eps;
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVar;

  /** The identity but for eps = 1e-5. */
  public FrozenBatchNorm(Engine engine, int channels) {
    this(engine, channels, EPS);
  }

  /** The identity but for eps. */
  public FrozenBatchNorm(Engine engine, int channels, double eps) {
    super(engine);
    this.eps = eps;
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
    weight.setTrainable(false);
    bias.setTrainable(false);
    runningMean = buffer("running_mean", engine.zeros(channels));
    runningVar = buffer("running_var", engine.ones(channels));
  }

  /** What multiplies a channel [C]. */
  public Tensor scale() {
    return scale(weight, runningVar, eps);
  }

  /** What is added to a channel [C], given {@link #scale()}. */
  public Tensor shift(Tensor scale) {
    return shift(bias, runningMean, scale);
  }

  static Tensor shift(Parameter bias, Parameter runningMean, Tensor scale) {
    return bias.tensor().sub(runningMean.tensor().mul(scale));
  }

  static Tensor scale(Parameter weight, Parameter runningVar, double eps) {
    return weight.tensor().mul(runningVar.tensor().add(eps).rsqrt());
  }
}

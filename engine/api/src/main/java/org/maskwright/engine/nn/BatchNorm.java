package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Batch normalisation (arXiv 1502.03167): statistics of the batch in training, running statistics
 * in evaluation; eps 1e-5 unless another is given, momentum 0.1, running variance unbiased.
 *
 * <p>The statistics are those of this process's batch, or of the batches of all {@link
 * Engine#ofStatistics() processes} that the engine takes them over, as in PyTorch's SyncBatchNorm.
 */
public final class BatchNorm extends Module {
  private static final double MOMENTUM = 0.1;
  private final double eps;
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVar;

  /** Weight 1, bias 0, running mean 0, running variance 1. */
  public BatchNorm(Engine engine, int channels) {
    this(engine, channels, FrozenBatchNorm.EPS);
  }

  /** As {@link #BatchNorm(Engine, int)}, with another number that is added to variances. */
  public BatchNorm(Engine engine, int channels, double eps) {
    super(engine);
    this.eps = eps;
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
    runningMean = buffer("running_mean", engine.zeros(channels));
    runningVar = buffer("running_var", engine.ones(channels));
  }

  /**
   * x [B,C,H,W] to the same shape, float32. In training this normalises by the batch and, unless
   * gradients are off (the first run of a checkpointed block), moves the running statistics.
   */
  public Tensor forward(Tensor x) {
    if (!isTraining()) {
      Tensor scale = scale();
      return x.mul(scale.reshape(-1, 1, 1)).add(shift(scale).reshape(-1, 1, 1));
    }
    if (engine().ofStatistics().size() > 1) {
      return engine().tidy(scope -> overAllProcesses(x));
    }
    Tensor[] out = x.batchNorm(weight.tensor(), bias.tensor(), eps);
    if (engine().isGradEnabled()) {
      moveRunningStatistics(out[1], out[2], x.numel() / (double) x.size(1));
    }
    return out[0];
  }

  /** Mean first, then the squares of what is left: the difference of large sums loses digits. */
  private Tensor overAllProcesses(Tensor x) {
    SumOverProcesses all = new SumOverProcesses(engine().ofStatistics());
    double count = engine().ofStatistics().sum(x.numel() / (double) x.size(1))[0];
    Tensor mean = all.apply(x.sum(0, 2, 3)).div(count); // [C]
    Tensor centred = x.sub(mean.reshape(-1, 1, 1));
    Tensor variance = all.apply(centred.square().sum(0, 2, 3)).div(count);
    Tensor reciprocalStd = variance.add(eps).rsqrt();
    if (engine().isGradEnabled()) {
      moveRunningStatistics(mean.detach(), reciprocalStd.detach(), count);
    }
    Tensor scale = reciprocalStd.mul(weight.tensor()).reshape(-1, 1, 1);
    return centred.mul(scale).add(bias.tensor().reshape(-1, 1, 1));
  }

  /** In evaluation, what multiplies a channel [C]. */
  public Tensor scale() {
    return FrozenBatchNorm.scale(weight, runningVar, eps);
  }

  /** In evaluation, what is added to a channel [C], given {@link #scale()}. */
  public Tensor shift(Tensor scale) {
    return FrozenBatchNorm.shift(bias, runningMean, scale);
  }

  private void moveRunningStatistics(Tensor mean, Tensor reciprocalStd, double count) {
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      Tensor variance = reciprocalStd.square().reciprocal().sub(eps);
      runningMean.mix(1 - MOMENTUM, mean, MOMENTUM);
      runningVar.mix(1 - MOMENTUM, variance.mul(count / Math.max(1, count - 1)), MOMENTUM);
    }
  }
}

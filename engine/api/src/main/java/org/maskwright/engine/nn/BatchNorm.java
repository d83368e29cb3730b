package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Batch normalisation (arXiv 1502.03167): statistics of the batch in training, running statistics
 * in evaluation; eps 1e-5, momentum 0.1, running variance unbiased.
 *
 * <p>The statistics are those of this process's batch; there is no exchange between devices.
 */
public final class BatchNorm extends Module {
  private static final double MOMENTUM = 0.1;
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVar;

  /** Weight 1, bias 0, running mean 0, running variance 1. */
  public BatchNorm(Engine engine, int channels) {
    super(engine);
    weight = parameter("weight", engine.ones(channels));
    bias = parameter("bias", engine.zeros(channels));
    runningMean = buffer("running_mean", engine.zeros(channels));
    runningVar = buffer("running_var", engine.ones(channels));
  }

  /** x [B,C,H,W] to the same shape, float32. In training this moves the running statistics. */
  public Tensor forward(Tensor x) {
    if (isTraining()) {
      return forwardTraining(x);
    }
    Tensor scale = FrozenBatchNorm.scale(weight, runningVar);
    Tensor shift = bias.tensor().sub(runningMean.tensor().mul(scale));
    return x.mul(scale.reshape(-1, 1, 1)).add(shift.reshape(-1, 1, 1));
  }

  private Tensor forwardTraining(Tensor x) {
    Tensor[] out = x.batchNorm(weight.tensor(), bias.tensor(), FrozenBatchNorm.EPS);
    double n = x.numel() / (double) x.size(1);
    try (var off = engine().noGrad();
        var scope = engine().scope()) {
      Tensor variance = out[2].square().reciprocal().sub(FrozenBatchNorm.EPS);
      move(runningMean, out[1]);
      move(runningVar, variance.mul(n / Math.max(1, n - 1)));
    }
    return out[0];
  }

  private static void move(Parameter running, Tensor now) {
    running.set(running.tensor().mul(1 - MOMENTUM).add(now.mul(MOMENTUM)));
  }
}

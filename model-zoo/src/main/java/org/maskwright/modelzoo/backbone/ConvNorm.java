package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.FrozenBatchNorm;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * A convolution without bias, then batch normalisation: {@code weight}, {@code norm.*}.
 *
 * <p>Where the normalisation is a fixed affine map it is folded into the convolution's weight and
 * bias: a multiplication of the weight, which is small, instead of two passes over the activations.
 */
final class ConvNorm extends Module {
  private final Parameter weight;
  private final Conv2dSpec spec;
  private final FrozenBatchNorm frozen;
  private final BatchNorm batch;

  /** Weight N(0, 2 / fanOut). */
  ConvNorm(Engine engine, int in, int out, int kernel, int stride, ResNetPart.Norm norm) {
    super(engine);
    weight =
        parameter(
            "weight", Init.kaimingNormalFanOut(engine, initStream(), out, in, kernel, kernel));
    spec = Conv2dSpec.of(stride, kernel / 2);
    frozen =
        norm == ResNetPart.Norm.FROZEN ? child("norm", new FrozenBatchNorm(engine, out)) : null;
    batch = norm == ResNetPart.Norm.BATCH ? child("norm", new BatchNorm(engine, out)) : null;
  }

  /** x [B,C,H,W] to [B,O,H',W']. */
  Tensor forward(Tensor x) {
    if (batch != null && isTraining()) {
      return batch.forward(x.conv2d(weight.tensor(), null, spec));
    }
    Tensor scale = frozen != null ? frozen.scale() : batch.scale();
    Tensor shift = frozen != null ? frozen.shift(scale) : batch.shift(scale);
    return x.conv2d(weight.tensor().mul(scale.reshape(-1, 1, 1, 1)), shift, spec);
  }
}

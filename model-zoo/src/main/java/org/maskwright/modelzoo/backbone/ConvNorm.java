package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.BatchNorm;
import org.maskwright.engine.nn.FrozenBatchNorm;
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
  /** What torchvision and detectron2 add to variances. */
  static final double EPS = 1e-5;

  /** Where zeros are added to the image. */
  enum Padding {
    /** kernel / 2 on all sides, as PyTorch's models have it. */
    EVEN,
    /**
     * TensorFlow's SAME: as many as the last window needs, the odd one right and below. With a
     * stride of 2 and an even size that is one less before than behind.
     */
    SAME
  }

  /**
   * What is computed.
   *
   * @param groups of channels that do not mix: 1, or as many as channels
   * @param eps added to the variances
   */
  record Layer(int in, int out, int kernel, int stride, int groups, Padding padding, double eps) {
    static Layer of(int in, int out, int kernel, int stride) {
      return new Layer(in, out, kernel, stride, 1, Padding.EVEN, EPS);
    }

    /** Whether the zeros depend on the size of the image. */
    private boolean padsBySize() {
      return padding == Padding.SAME && stride > 1;
    }
  }

  private final Layer layer;
  private final Parameter weight;
  private final Conv2dSpec spec;
  private final FrozenBatchNorm frozen;
  private final BatchNorm batch;

  /** As a layer of one group with even padding and eps 1e-5. */
  ConvNorm(Engine engine, int in, int out, int kernel, int stride, ResNetPart.Norm norm) {
    this(engine, Layer.of(in, out, kernel, stride), norm);
  }

  /** Weight N(0, 2 / fanOut), fanOut that of a group. */
  ConvNorm(Engine engine, Layer layer, ResNetPart.Norm norm) {
    super(engine);
    this.layer = layer;
    int kernel = layer.kernel();
    int out = layer.out();
    int groups = layer.groups();
    double fanOut = (double) out * kernel * kernel / groups;
    weight =
        parameter(
            "weight",
            engine.normal(
                initStream(), 0, Math.sqrt(2 / fanOut), out, layer.in() / groups, kernel, kernel));
    int pad = layer.padsBySize() ? 0 : kernel / 2;
    spec = new Conv2dSpec(layer.stride(), layer.stride(), pad, pad, 1, 1, groups);
    frozen =
        norm == ResNetPart.Norm.FROZEN
            ? child("norm", new FrozenBatchNorm(engine, out, layer.eps()))
            : null;
    batch =
        norm == ResNetPart.Norm.BATCH
            ? child("norm", new BatchNorm(engine, out, layer.eps()))
            : null;
  }

  /** x [B,C,H,W] to [B,O,H',W']. */
  Tensor forward(Tensor x) {
    return forward(x, Activation.NONE);
  }

  /** x [B,C,H,W] to max(y, 0) [B,O,H',W']. */
  Tensor rectified(Tensor x) {
    return forward(x, Activation.RELU);
  }

  /** x [B,C,H,W] to what follows, of y [B,O,H',W']. */
  Tensor forward(Tensor x, Activation after) {
    Tensor image = padded(x);
    if (batch != null && isTraining()) {
      Tensor y = batch.forward(image.conv2d(weight.tensor(), null, spec));
      return switch (after) {
        case NONE -> y;
        case RELU -> y.reluOver();
        case GELU -> y.gelu();
      };
    }
    Tensor scale = frozen != null ? frozen.scale() : batch.scale();
    Tensor shift = frozen != null ? frozen.shift(scale) : batch.shift(scale);
    return image.conv2d(weight.tensor().mul(scale.reshape(-1, 1, 1, 1)), shift, spec, after);
  }

  private Tensor padded(Tensor x) {
    if (!layer.padsBySize()) {
      return x;
    }
    long rows = lacking(x.size(2));
    long columns = lacking(x.size(3));
    return x.pad(
        new long[] {0, 0, rows / 2, columns / 2},
        new long[] {0, 0, rows - rows / 2, columns - columns / 2},
        0);
  }

  /** How many pixels the windows of ceil(size / stride) results reach beyond the image. */
  private long lacking(long size) {
    long last = (size - 1) / layer.stride() * layer.stride();
    return Math.max(0, last + layer.kernel() - size);
  }
}

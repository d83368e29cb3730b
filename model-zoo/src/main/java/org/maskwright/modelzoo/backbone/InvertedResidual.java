package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * A 1x1 convolution to more channels ({@code expand}), one of each channel for itself ({@code
 * depthwise}), a 1x1 convolution to few ({@code project}); ReLU6 = min(max(x, 0), 6) after the
 * first two, nothing after the last. Where neither size nor channels change, the input is added.
 *
 * <p><b>Source</b> MobileNetV2 (arXiv 1801.04381), sec. 3.3 and 3.4.
 */
final class InvertedResidual extends Module {
  private static final double SIX = 6;
  private final ConvNorm expand;
  private final ConvNorm depthwise;
  private final ConvNorm project;
  private final boolean adds;

  /**
   * A block.
   *
   * @param layer of its depthwise convolution: channels in and out of the block, kernel, stride,
   *     padding and eps
   * @param expansion inner channels by those of the input; with 1 there is no {@code expand}
   */
  InvertedResidual(Engine engine, ConvNorm.Layer layer, int expansion, ResNetPart.Norm norm) {
    super(engine);
    int in = layer.in();
    int inner = in * expansion;
    expand =
        expansion == 1
            ? null
            : child("expand", new ConvNorm(engine, pointwise(layer, in, inner), norm));
    depthwise =
        child(
            "depthwise",
            new ConvNorm(
                engine,
                new ConvNorm.Layer(
                    inner,
                    inner,
                    layer.kernel(),
                    layer.stride(),
                    inner,
                    layer.padding(),
                    layer.eps()),
                norm));
    project = child("project", new ConvNorm(engine, pointwise(layer, inner, layer.out()), norm));
    adds = layer.stride() == 1 && in == layer.out();
  }

  private static ConvNorm.Layer pointwise(ConvNorm.Layer block, int in, int out) {
    return new ConvNorm.Layer(in, out, 1, 1, 1, block.padding(), block.eps());
  }

  /** A convolution and ReLU6. */
  static Tensor bounded(ConvNorm conv, Tensor x) {
    return x.engine().tidy(scope -> conv.forward(x).clamp(0, SIX));
  }

  /** x [B,C,H,W] to [B,O,H',W']. */
  Tensor forward(Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = expand == null ? x : bounded(expand, x);
              y = project.forward(bounded(depthwise, y));
              return adds ? y.add(x) : y;
            });
  }
}

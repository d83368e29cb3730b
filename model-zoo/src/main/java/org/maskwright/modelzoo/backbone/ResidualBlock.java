package org.maskwright.modelzoo.backbone;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * y = relu(x + f(x)), f two or three convolutions; where the size or the channels change, x goes
 * through a 1x1 convolution named {@code shortcut}.
 */
final class ResidualBlock extends Module {
  private final ConvNorm shortcut;
  private final List<ConvNorm> convs = new ArrayList<>();

  private ResidualBlock(Engine engine, int in, int out, int stride, ResNetPart.Norm norm) {
    super(engine);
    shortcut =
        in == out && stride == 1
            ? null
            : child("shortcut", new ConvNorm(engine, in, out, 1, stride, norm));
  }

  private void conv(int in, int out, int kernel, int stride, ResNetPart.Norm norm) {
    String name = "conv" + (convs.size() + 1);
    convs.add(child(name, new ConvNorm(engine(), in, out, kernel, stride, norm)));
  }

  /** Two 3x3 convolutions, the first with the stride. */
  static ResidualBlock basic(Engine engine, int in, int out, int stride, ResNetPart.Norm norm) {
    ResidualBlock block = new ResidualBlock(engine, in, out, stride, norm);
    block.conv(in, out, 3, stride, norm);
    block.conv(out, out, 3, 1, norm);
    return block;
  }

  /** 1x1 to {@code inner} channels, 3x3, 1x1 to {@code out}; a stride in one of the first two. */
  static ResidualBlock bottleneck(
      Engine engine,
      int in,
      int inner,
      int out,
      int firstStride,
      int spatialStride,
      ResNetPart.Norm norm) {
    ResidualBlock block = new ResidualBlock(engine, in, out, firstStride * spatialStride, norm);
    block.conv(in, inner, 1, firstStride, norm);
    block.conv(inner, inner, 3, spatialStride, norm);
    block.conv(inner, out, 1, 1, norm);
    return block;
  }

  /** x [B,C,H,W] to [B,O,H',W']. */
  Tensor forward(Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = x;
              for (ConvNorm conv : convs.subList(0, convs.size() - 1)) {
                y = conv.rectified(y);
              }
              y = convs.get(convs.size() - 1).forward(y);
              return y.add(shortcut == null ? x : shortcut.forward(x)).relu();
            });
  }
}

package org.maskwright.modelzoo.pixeldecoder;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.GroupNorm;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** A convolution without bias that keeps the size, then group normalisation. */
final class NormedConv extends Module {
  private final Parameter weight;
  private final GroupNorm norm;
  private final Conv2dSpec spec;

  /** Weight c2_xavier_fill. */
  NormedConv(Engine engine, int in, int out, int kernel) {
    super(engine);
    weight =
        parameter("weight", Init.kaimingUniform(engine, initStream(), 1, out, in, kernel, kernel));
    norm = child("norm", new GroupNorm(engine, PixelDecoderConfig.NORM_GROUPS, out));
    spec = Conv2dSpec.of(1, kernel / 2);
  }

  /** x [B,C,H,W] to [B,O,H,W]. */
  Tensor forward(Tensor x) {
    return engine().tidy(scope -> norm.forward(x.conv2d(weight.tensor(), null, spec)));
  }
}

package org.maskwright.modelzoo.vit;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Transposed convolution with a 2x2 kernel and stride 2: each pixel becomes four; weight [C,O,2,2],
 * bias [O].
 *
 * <p>Without overlaps it is a product of each pixel with a matrix, and is computed so.
 */
public final class Doubling extends Module {
  private final Parameter weight;
  private final Parameter bias;

  /** The field's default: U(-b,b), b = 1/sqrt(4 O). */
  public Doubling(Engine engine, int in, int out) {
    super(engine);
    long[] shape = {in, out, 2, 2};
    weight =
        parameter("weight", Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape));
    double bound = 1 / Math.sqrt(4.0 * out);
    bias = parameter("bias", engine.uniform(initStream(), -bound, bound, out));
  }

  /** map [B,C,H,W] to [B,O,2H,2W]. */
  public Tensor forward(Tensor map) {
    return forward(map, Activation.NONE);
  }

  /**
   * map [B,C,H,W] to [B,O,2H,2W], then an activation. The channels of a pixel stay side by side in
   * memory, so that four times as many numbers are moved in rows of O.
   */
  public Tensor forward(Tensor map, Activation after) {
    long batch = map.size(0);
    long height = map.size(2);
    long width = map.size(3);
    long out = bias.tensor().size(0);
    Tensor matrix = weight.tensor().permute(2, 3, 1, 0).reshape(4 * out, map.size(1));
    Tensor offset = bias.tensor().unsqueeze(0).expand(4, out).reshape(4 * out);
    return map.permute(0, 2, 3, 1)
        .linear(matrix, offset, after) // [B,H,W,4O]
        .reshape(batch, height, width, 2, 2, out)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(batch, 2 * height, 2 * width, out)
        .permute(0, 3, 1, 2);
  }
}

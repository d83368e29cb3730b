package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Segment Anything's neck: 1x1 convolution, normalisation, 3x3 convolution, normalisation; names
 * {@code 0} to {@code 3}.
 */
public final class Neck extends Module {
  private static final double EPS = 1e-6;
  private final Conv2d narrow;
  private final LayerNorm norm1;
  private final Conv2d mix;
  private final LayerNorm norm2;

  /** From maps of {@code in} channels to maps of {@code out}. */
  public Neck(Engine engine, int in, int out) {
    super(engine);
    narrow = child("0", conv(engine, in, out, 1));
    norm1 = child("1", new LayerNorm(engine, out, EPS));
    mix = child("2", conv(engine, out, out, 3));
    norm2 = child("3", new LayerNorm(engine, out, EPS));
  }

  /** Without a bias, of the field's default initial values; keeps the size. */
  private static Conv2d conv(Engine engine, int in, int out, int kernel) {
    Tensor weight =
        Init.kaimingUniform(
            engine, engine.random().get("init"), Linear.DEFAULT_SLOPE, out, in, kernel, kernel);
    return new Conv2d(weight, null, Conv2dSpec.of(1, kernel / 2));
  }

  /** map [B,C,h,w] to [B,O,h,w]. */
  public Tensor forward(Tensor map) {
    Tensor y = norm1.forwardMap(narrow.forward(map));
    return norm2.forwardMap(mix.forward(y));
  }
}

package org.maskwright.modelzoo.pixeldecoder;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Convolutions with a bias, by their initial values; and maps as tokens. */
public final class Projections {
  private Projections() {}

  /** Weight c2_xavier_fill, bias 0; keeps the size. */
  public static Conv2d filled(Engine engine, int in, int out, int kernel) {
    Tensor weight =
        Init.kaimingUniform(engine, engine.random().get("init"), 1, out, in, kernel, kernel);
    return new Conv2d(weight, engine.zeros(out), Conv2dSpec.of(1, kernel / 2));
  }

  /** Weight Xavier-uniform, bias 0; 1x1. */
  static Conv2d xavier(Engine engine, int in, int out) {
    Tensor weight = Init.xavierUniform(engine, engine.random().get("init"), out, in, 1, 1);
    return new Conv2d(weight, engine.zeros(out), Conv2dSpec.of(1, 0));
  }

  /** [B,C,H,W] to tokens [B,H*W,C]. */
  static Tensor tokens(Tensor map) {
    return map.flatten(2, 3).transpose(1, 2);
  }

  /** Tokens [B,H*W,C] to [B,C,H,W]. */
  static Tensor map(Tensor tokens, int height, int width) {
    return tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), height, width);
  }
}

package org.maskwright.modelzoo.pretext;

import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Attention of tokens to one another. */
final class SelfAttention extends Module {
  private final Linear qkv;
  private final Linear proj;
  private final int heads;

  SelfAttention(Engine engine, int width, int heads) {
    super(engine);
    this.heads = heads;
    qkv = child("qkv", Linear.xavier(engine, width, 3 * width));
    proj = child("proj", Linear.xavier(engine, width, width));
  }

  /** x [B,L,C] to the same shape. */
  Tensor forward(Tensor x) {
    long tokens = x.size(1);
    long channels = x.size(2);
    Tensor parts =
        qkv.forward(x)
            .reshape(-1, tokens, 3, heads, channels / heads)
            .permute(2, 0, 3, 1, 4); // [3,B,M,L,D]
    Tensor y =
        Attention.scaledDotProduct(
            parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), null, null);
    return proj.forward(y.permute(0, 2, 1, 3).reshape(-1, tokens, channels));
  }
}

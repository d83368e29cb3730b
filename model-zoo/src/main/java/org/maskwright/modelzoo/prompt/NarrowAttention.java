package org.maskwright.modelzoo.prompt;

import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Multi-head attention within fewer channels than its tokens have; names {@code q_proj}, {@code
 * k_proj}, {@code v_proj}, {@code out_proj}.
 */
final class NarrowAttention extends Module {
  private final int heads;
  private final Linear q;
  private final Linear k;
  private final Linear v;
  private final Linear out;

  /**
   * Linear layers' default initial values.
   *
   * @param inside channels of queries, keys and values; a multiple of heads
   */
  NarrowAttention(Engine engine, int channels, int inside, int heads) {
    super(engine);
    this.heads = heads;
    q = child("q_proj", Linear.of(engine, channels, inside));
    k = child("k_proj", Linear.of(engine, channels, inside));
    v = child("v_proj", Linear.of(engine, channels, inside));
    out = child("out_proj", Linear.of(engine, inside, channels));
  }

  /** query [B,Lq,C], key and value [B,Lk,C] to [B,Lq,C]. */
  Tensor forward(Tensor query, Tensor key, Tensor value) {
    Tensor y =
        Attention.scaledDotProduct(
            split(q.forward(query)), split(k.forward(key)), split(v.forward(value)), null, null);
    return out.forward(
        y.permute(0, 2, 1, 3).reshape(y.size(0), y.size(2), y.size(1) * y.size(3))); // [B,Lq,C]
  }

  private Tensor split(Tensor x) {
    return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads)
        .permute(0, 2, 1, 3); // [B,L,D*M] -> [B,M,L,D]
  }
}

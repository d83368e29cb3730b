package org.maskwright.engine.tensor;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/**
 * Scaled dot-product attention with a mask (arXiv 1706.03762, section 3.2.1; masked as in arXiv
 * 2112.01527, section 3.2.1).
 */
public final class Attention {
  private Attention() {}

  /**
   * softmax(q k^T / sqrt(D) + bias) v, blocked positions excluded. A query that may attend nowhere
   * gives zeros and no gradient, as PyTorch's scaled_dot_product_attention does.
   *
   * <p><b>Shapes</b> q [B,M,Lq,D], k [B,M,Lk,D], v [B,M,Lk,D']; result [B,M,Lq,D']
   *
   * @param blocked bool, broadcasts to [B,M,Lq,Lk], true = may not attend; or null
   * @param bias float, broadcasts to [B,M,Lq,Lk], added to the scaled logits; or null
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, Tensor blocked, Tensor bias) {
    return scaledDotProduct(q, k, v, blocked, bias, null);
  }

  /**
   * As {@link #scaledDotProduct(Tensor, Tensor, Tensor, Tensor, Tensor)}, the attention weights
   * multiplied by {@code kept}: dropout of attention.
   *
   * @param kept float, broadcasts to [B,M,Lq,Lk]; or null
   */
  public static Tensor scaledDotProduct(
      Tensor q, Tensor k, Tensor v, Tensor blocked, Tensor bias, Tensor kept) {
    Engine engine = Pointwise.sameEngine("attention", q, k, v, blocked, bias, kept);
    boolean fits =
        q.rank() == 4
            && k.rank() == 4
            && v.rank() == 4
            && q.size(3) == k.size(3)
            && k.size(2) == v.size(2)
            && q.size(0) == k.size(0)
            && q.size(1) == k.size(1)
            && k.size(0) == v.size(0)
            && k.size(1) == v.size(1);
    if (!fits || blocked != null && blocked.dtype() != DType.BOOL) {
      throw new IllegalArgumentException(
          "attention: expected q [B,M,Lq,D], k [B,M,Lk,D], v [B,M,Lk,D'] and a bool mask, got "
              + q
              + ", "
              + k
              + ", "
              + v
              + ", "
              + blocked);
    }
    long[] logitShape = {q.size(0), q.size(1), q.size(2), k.size(2)};
    for (Tensor extra : new Tensor[] {blocked, bias, kept}) {
      if (extra != null
          && !Arrays.equals(
              Shapes.broadcast("attention", logitShape, extra.shapeArray()), logitShape)) {
        throw new IllegalArgumentException(
            "attention: expected a mask that broadcasts to "
                + Shapes.text(logitShape)
                + ", got "
                + extra);
      }
    }
    Tensor mask =
        blocked == null || blocked.rank() > 1 ? blocked : blocked.reshape(1, blocked.numel());
    double scale = 1 / Math.sqrt(q.size(3));
    if (bias == null && kept == null && engine.usesFusedKernels()) {
      Tensor fast = fused(engine, q, k, v, mask, scale);
      if (fast != null) {
        return fast;
      }
    }
    return engine.tidy(
        scope -> {
          Tensor logits = q.mul(scale).matmulTransposed(k); // [B,M,Lq,Lk]
          if (bias != null) {
            logits = logits.add(bias);
          }
          Tensor nowhere = null;
          if (mask != null) {
            nowhere = mask.all(-1).unsqueeze(-1); // [..,Lq,1]
            // Such a row is computed as if it might attend everywhere, and then zeroed: finite.
            Tensor excluded = mask.and(nowhere.not());
            logits = excluded.where(engine.full(logits.dtype(), Double.NEGATIVE_INFINITY), logits);
          }
          Tensor weights = logits.softmax(-1);
          Tensor out = (kept == null ? weights : weights.mul(kept)).matmul(v); // [B,M,Lq,D']
          return nowhere == null ? out : nowhere.where(engine.full(out.dtype(), 0), out);
        });
  }

  private static Tensor fused(
      Engine engine, Tensor q, Tensor k, Tensor v, Tensor blocked, double scale) {
    Tensor a = Products.autocast(q);
    Tensor b = Products.autocast(k);
    Tensor c = Products.autocast(v);
    boolean recorded =
        engine.isGradEnabled() && (a.requiresGrad() || b.requiresGrad() || c.requiresGrad());
    DeviceArray[] out =
        engine
            .backend()
            .attention(a.array(), b.array(), c.array(), array(blocked), scale, recorded);
    if (out == null) {
      return null;
    }
    engine.countMultiplyAdds(
        q.numel() * k.size(2)
            + Shapes.product(q.size(0), q.size(1), q.size(2)) * v.size(2) * v.size(3));
    Tensor y = engine.result(out[0], a.dtype(), Shapes.with(a.shapeArray(), 3, v.size(3)));
    if (!recorded) {
      return y;
    }
    Tensor softmax = engine.result(out[1], DType.FLOAT32, a.size(0), a.size(1), a.size(2));
    return y.record(
        "attention",
        new Tensor[] {a, b, c},
        node -> vjp(node, new Tensor[] {a, b, c}, blocked, y, softmax, scale));
  }

  private static DeviceArray array(Tensor tensor) {
    return tensor == null ? null : tensor.array();
  }

  /**
   * The weights, as many as queries times keys, are computed again from the inputs, by rows that
   * stay in the cache, instead of being kept (FlashAttention, arXiv 2205.14135, section 3.1).
   */
  private static GradNode.Vjp vjp(
      GradNode node, Tensor[] in, Tensor blocked, Tensor y, Tensor softmax, double scale) {
    Tensor q = node.save(in[0]);
    Tensor k = node.save(in[1]);
    Tensor v = node.save(in[2]);
    Tensor mask = blocked == null ? null : node.save(blocked);
    Tensor out = node.save(y);
    Tensor stats = node.save(softmax);
    return g -> {
      Engine engine = q.engine();
      DeviceArray[] gradients =
          engine
              .backend()
              .attentionBackward(
                  g.cast(q.dtype()).array(),
                  q.array(),
                  k.array(),
                  v.array(),
                  array(mask),
                  out.array(),
                  stats.array(),
                  scale);
      return new Tensor[] {
        Products.wrap(engine, gradients[0], q),
        Products.wrap(engine, gradients[1], k),
        Products.wrap(engine, gradients[2], v)
      };
    };
  }
}

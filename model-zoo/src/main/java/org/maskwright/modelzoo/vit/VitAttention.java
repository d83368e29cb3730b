package org.maskwright.modelzoo.vit;

import java.util.Optional;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Multi-head self-attention; names {@code qkv}, {@code proj}, {@code q_norm}, {@code k_norm},
 * {@code rel_pos_h}, ... Where queries and keys are normalised (arXiv 2302.05442), it is before
 * they are turned.
 */
final class VitAttention extends Module {
  private final int heads;
  private final boolean keyBias;
  private final Linear qkv;
  private final Linear proj;
  private final LayerNorm queryNorm;
  private final LayerNorm keyNorm;
  private final RelativePositions relative;

  /**
   * Linear layers Xavier-uniform, biases 0.
   *
   * @param map whose relative positions are told apart; empty for none
   */
  VitAttention(Engine engine, VitPart.Settings settings, Optional<RelativePositions.Map> map) {
    super(engine);
    int channels = settings.width();
    heads = settings.heads();
    keyBias = settings.family().hasKeyBias();
    qkv = child("qkv", VitMlp.linear(engine, channels, 3 * channels));
    proj = child("proj", VitMlp.linear(engine, channels, channels));
    queryNorm = settings.qkNorm() ? child("q_norm", norm(engine, settings)) : null;
    keyNorm = settings.qkNorm() ? child("k_norm", norm(engine, settings)) : null;
    relative =
        map.map(m -> new RelativePositions(engine, this::parameter, m, channels / heads))
            .orElse(null);
  }

  private static LayerNorm norm(Engine engine, VitPart.Settings settings) {
    return new LayerNorm(engine, settings.width() / settings.heads(), settings.family().eps());
  }

  /**
   * Attends.
   *
   * @param x [B,L,C]
   * @param grid where the tokens stand
   * @param blocked bool, broadcasts to [B,1,L,L], true = may not attend; or null
   * @return [B,L,C]
   */
  Tensor forward(Tensor x, TokenGrid grid, Tensor blocked) {
    long tokens = x.size(1);
    long channels = x.size(2);
    Tensor parts =
        x.linear(qkv.weight().tensor(), bias())
            .reshape(-1, tokens, 3, heads, channels / heads)
            .permute(2, 0, 3, 1, 4); // [3,B,M,L,D]
    Tensor q = normalized(queryNorm, parts.select(0, 0));
    Tensor k = normalized(keyNorm, parts.select(0, 1));
    if (relative != null) {
      RelativePositions.Folded folded = relative.folded(q, k, grid.height(), grid.width());
      q = folded.q();
      k = folded.k();
    }
    if (grid.rotation().isPresent()) {
      q = grid.rotation().get().turn(q);
      k = grid.rotation().get().turn(k);
    }
    Tensor y = Attention.scaledDotProduct(q, k, parts.select(0, 2), blocked, null);
    return proj.forward(y.permute(0, 2, 1, 3).reshape(-1, tokens, channels));
  }

  private static Tensor normalized(LayerNorm norm, Tensor x) {
    return norm == null ? x : norm.forward(x);
  }

  /** That of the keys is 0 and stays so where the family has none. */
  private Tensor bias() {
    Tensor all = qkv.bias().tensor();
    if (keyBias) {
      return all;
    }
    long third = all.size(0) / 3;
    return Tensor.concat(
        0, all.slice(0, 0, third), engine().zeros(third), all.slice(0, 2 * third, 3 * third));
  }
}

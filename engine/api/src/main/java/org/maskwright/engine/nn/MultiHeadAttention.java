package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Multi-head attention (arXiv 1706.03762, section 3.2.2) with the q, k and v projections in one
 * parameter: in_proj_weight [3C,C], in_proj_bias [3C], out_proj.
 *
 * <p><b>Maths</b> concat_m softmax(q_m k_m^T / sqrt(D)) v_m W_out + b_out
 */
public final class MultiHeadAttention extends Module {
  private final int heads;
  private final int channels;
  private final Parameter inWeight;
  private final Parameter inBias;
  private final Linear out;
  private final double dropout;

  /** Without dropout; see the other constructor. */
  public MultiHeadAttention(Engine engine, int channels, int heads) {
    this(engine, channels, heads, 0);
  }

  /**
   * Weights Xavier-uniform (the joint one as a whole), biases 0.
   *
   * @param dropout probability with which an attention weight is set to 0 in training
   * @throws IllegalArgumentException if channels is not a multiple of heads
   */
  public MultiHeadAttention(Engine engine, int channels, int heads, double dropout) {
    super(engine);
    this.dropout = Dropout.requireProbability("attention dropout", dropout);
    if (heads < 1 || channels % heads != 0) {
      throw new IllegalArgumentException(
          "attention: expected channels a multiple of heads, got " + channels + " and " + heads);
    }
    this.heads = heads;
    this.channels = channels;
    inWeight =
        parameter(
            "in_proj_weight", Init.xavierUniform(engine, initStream(), 3L * channels, channels));
    inBias = parameter("in_proj_bias", engine.zeros(3L * channels));
    out =
        child(
            "out_proj",
            Linear.with(
                Init.xavierUniform(engine, initStream(), channels, channels),
                engine.zeros(channels)));
  }

  /**
   * Attention of queries to other tokens.
   *
   * <p><b>Shapes</b> query [B,Lq,C], key and value [B,Lk,C]; result [B,Lq,C]
   *
   * @param blocked bool, broadcasts to [B,M,Lq,Lk], true = may not attend; or null
   */
  public Tensor forward(Tensor query, Tensor key, Tensor value, Tensor blocked) {
    Tensor q = split(query.linear(weight(0, 1), bias(0, 1)), 0, channels);
    Tensor k = split(key.linear(weight(1, 2), bias(1, 2)), 0, channels);
    Tensor v = split(value.linear(weight(2, 3), bias(2, 3)), 0, channels);
    return merge(attend(q, k, v, blocked));
  }

  /**
   * Attention among the same tokens, q and k from one tensor: one product for both.
   *
   * <p><b>Shapes</b> queryKey and value [B,L,C]; result [B,L,C]
   */
  public Tensor forwardSelf(Tensor queryKey, Tensor value) {
    Tensor qk = queryKey.linear(weight(0, 2), bias(0, 2)); // [B,L,2C]
    Tensor q = split(qk, 0, channels);
    Tensor k = split(qk, channels, 2L * channels);
    Tensor v = split(value.linear(weight(2, 3), bias(2, 3)), 0, channels);
    return merge(attend(q, k, v, null));
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, Tensor blocked) {
    Tensor kept =
        isTraining() && dropout > 0
            ? Dropout.mask(engine(), dropout, q.size(0), heads, q.size(2), k.size(2))
            : null;
    return Attention.scaledDotProduct(q, k, v, blocked, null, kept);
  }

  private Tensor weight(int from, int to) {
    return inWeight.tensor().slice(0, (long) from * channels, (long) to * channels);
  }

  private Tensor bias(int from, int to) {
    return inBias.tensor().slice(0, (long) from * channels, (long) to * channels);
  }

  private Tensor split(Tensor x, long from, long to) {
    return x.slice(2, from, to)
        .reshape(x.size(0), x.size(1), heads, channels / heads)
        .permute(0, 2, 1, 3); // [B,L,C] -> [B,M,L,D]
  }

  private Tensor merge(Tensor x) {
    return out.forward(
        x.permute(0, 2, 1, 3).reshape(x.size(0), x.size(2), channels)); // [B,M,L,D] -> [B,L,C]
  }
}

package org.maskwright.modelzoo.pixeldecoder;

import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Multi-scale deformable attention: every token looks at a few learned points of every level.
 *
 * <p><b>Maths</b> out(q) = W_o concat_m sum_lp softmax_lp(W_a q) v_m,l(ref(q) + (W_s q)_lp /
 * size_l)
 *
 * <p><b>Source</b> Deformable DETR (arXiv 2010.04159), section 4.1
 */
final class DeformableAttention extends Module {
  private final int heads;
  private final int points;
  private final int channels;
  private final Linear samplingOffsets;
  private final Linear attentionWeights;
  private final Linear valueProj;
  private final Linear outputProj;

  /** Uniform weights; head h looks in direction 2 pi h / M, point p at distance p + 1. */
  DeformableAttention(Engine engine, int channels, int heads, int levels, int points) {
    super(engine);
    this.heads = heads;
    this.points = points;
    this.channels = channels;
    int samples = heads * levels * points;
    samplingOffsets =
        child(
            "sampling_offsets",
            Linear.with(
                engine.zeros(2L * samples, channels),
                engine.floats(directions(heads, levels, points), 2L * samples)));
    attentionWeights =
        child(
            "attention_weights",
            Linear.with(engine.zeros(samples, channels), engine.zeros(samples)));
    valueProj = child("value_proj", projection(engine, channels));
    outputProj = child("output_proj", projection(engine, channels));
  }

  /** Samples of a token over heads, levels and points. */
  int samples() {
    return Math.toIntExact(attentionWeights.weight().shape()[0]);
  }

  private static Linear projection(Engine engine, int channels) {
    return Linear.with(
        Init.xavierUniform(engine, engine.random().get("init"), channels, channels),
        engine.zeros(channels));
  }

  private static float[] directions(int heads, int levels, int points) {
    float[] out = new float[heads * levels * points * 2];
    int at = 0;
    for (int h = 0; h < heads; h++) {
      double angle = 2 * Math.PI * h / heads;
      double x = Math.cos(angle);
      double y = Math.sin(angle);
      double longest = Math.max(Math.abs(x), Math.abs(y));
      for (int l = 0; l < levels; l++) {
        for (int p = 1; p <= points; p++) {
          out[at++] = (float) (x / longest * p);
          out[at++] = (float) (y / longest * p);
        }
      }
    }
    return out;
  }

  /**
   * Attends.
   *
   * <p><b>Shapes</b> query and source [B,S,C]; result [B,S,C]
   *
   * @param geometry of the levels whose tokens source concatenates
   */
  Tensor forward(Tensor query, Tensor source, LevelGeometry geometry) {
    long batch = source.size(0);
    long tokens = source.size(1);
    int levels = geometry.levels();
    Tensor values = valueProj.forward(source).reshape(batch, tokens, heads, channels / heads);
    // Offsets in pixels become fractions of a level by scaling the layer, not its large result.
    Tensor scale = geometry.offsetScale(heads, points); // [M*L*P*2]
    Tensor locations =
        query
            .linear(
                samplingOffsets.weight().tensor().mul(scale.unsqueeze(1)),
                samplingOffsets.bias().tensor().mul(scale))
            .add(geometry.references(heads * levels * points)) // [B,S,M*L*P*2]
            .reshape(batch, tokens, heads, levels, points, 2);
    Tensor weights =
        attentionWeights
            .forward(query)
            .reshape(batch, tokens, heads, (long) levels * points)
            .softmax(-1)
            .reshape(batch, tokens, heads, levels, points);
    return outputProj.forward(
        DeformableSampling.sample(
            values, geometry.heights(), geometry.widths(), locations, weights));
  }
}

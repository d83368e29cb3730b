package org.maskwright.modelzoo.backbone;

import java.util.List;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * CLIP's attention pooling: the mean of a map asks all places, and itself, once; names {@code
 * positional_embedding} [1+g*g,C], {@code q_proj}, {@code k_proj}, {@code v_proj}, {@code c_proj}
 * [D,C]. Of a region it asks the places under the mask alone, and not itself.
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2.4; regions as in the code of FC-CLIP (arXiv
 * 2308.02487), from where the bilinear resizing of positions is too
 */
final class AttentionPool extends Module implements WordSpace {
  private static final int HEAD_CHANNELS = 64;
  private final int channels;
  private final int width;
  private final int grid;
  private final UnaryOperator<Tensor> map;
  private final Parameter positions;
  private final Linear query;
  private final Linear key;
  private final Linear value;
  private final Linear out;

  /**
   * Positions and weights N(0, 1/C), biases 0.
   *
   * @param channels C, of the map
   * @param width D
   * @param grid g, side of the maps that the positions are for
   * @param map pixels [B,I,H,W] to the map [B,C,h,w]
   */
  AttentionPool(Engine engine, int channels, int width, int grid, UnaryOperator<Tensor> map) {
    super(engine);
    this.channels = channels;
    this.width = width;
    this.grid = grid;
    this.map = map;
    positions = parameter("positional_embedding", normal(1L + (long) grid * grid));
    key = child("k_proj", linear(channels));
    query = child("q_proj", linear(channels));
    value = child("v_proj", linear(channels));
    out = child("c_proj", linear(width));
  }

  private Tensor normal(long rows) {
    return engine().normal(initStream(), 0, 1 / Math.sqrt(channels), rows, channels);
  }

  private Linear linear(int to) {
    return Linear.with(normal(to), engine().zeros(to));
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int pooledWidth() {
    return channels;
  }

  @Override
  public Tensor pooled(Tensor pixels) {
    return engine()
        .tidy(
            scope -> {
              Tensor features = map.apply(pixels);
              Tensor mean = mean(features);
              Tensor tokens = Tensor.concat(1, mean, places(features));
              return attended(mean, tokens, null).squeeze(1); // [B,1,C] -> [B,C]
            });
  }

  @Override
  public Tensor projected(Tensor pooled) {
    return out.forward(pooled);
  }

  @Override
  public Regions regions(List<Tensor> features, Tensor maskLogits) {
    Tensor last = features.get(features.size() - 1);
    RegionPlaces places = RegionPlaces.of(maskLogits, last);
    Tensor queries = mean(last).expand(last.size(0), maskLogits.size(1), channels);
    return new Regions(
        out.forward(attended(queries, places(last), places.blocked())), places.covered());
  }

  /** The mean of a map with the position of its own: [B,1,C]. */
  private Tensor mean(Tensor features) {
    return features.mean(2, 3).unsqueeze(1).add(positions.tensor().slice(0, 0, 1));
  }

  /** The places of a map with their positions: [B,h*w,C]. */
  private Tensor places(Tensor features) {
    int height = features.intSize(2);
    int columns = features.intSize(3);
    Tensor table = positions.tensor().slice(0, 1, positions.shape()[0]); // [g*g,C]
    if (height != grid || columns != grid) {
      table =
          table
              .transpose(0, 1)
              .reshape(1, channels, grid, grid)
              .resize(height, columns, ResizeMode.BILINEAR)
              .flatten(2, 3)
              .squeeze(0)
              .transpose(0, 1);
    }
    return features.flatten(2, 3).transpose(1, 2).add(table);
  }

  /** queries [B,Q,C] of tokens [B,L,C] to [B,Q,C]. */
  private Tensor attended(Tensor queries, Tensor tokens, Tensor blocked) {
    Tensor y =
        Attention.scaledDotProduct(
            split(query.forward(queries)),
            split(key.forward(tokens)),
            split(value.forward(tokens)),
            blocked,
            null); // [B,M,Q,E]
    return y.permute(0, 2, 1, 3).reshape(queries.size(0), queries.size(1), channels);
  }

  /** [B,L,C] to [B,M,L,E]. */
  private Tensor split(Tensor x) {
    int heads = Math.max(1, channels / HEAD_CHANNELS);
    return x.reshape(x.size(0), x.size(1), heads, channels / heads).permute(0, 2, 1, 3);
  }
}

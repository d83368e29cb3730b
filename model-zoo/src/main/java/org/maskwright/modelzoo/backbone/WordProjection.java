package org.maskwright.modelzoo.backbone;

import java.util.List;
import java.util.function.UnaryOperator;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * From pooled features to the space of words; those of a region are the mean of the encoder's last
 * map under its mask. Names {@code norm.*}; {@code proj.weight} [D,C], or {@code fc1.*} [H,C] and
 * {@code fc2.weight} [D,H] with GELU between them.
 */
public final class WordProjection extends Module implements WordSpace {
  private static final double EPS = 1e-6;
  private final int channels;
  private final int width;
  private final UnaryOperator<Tensor> pooled;
  private final LayerNorm norm;
  private final Linear hidden;
  private final Linear last;

  /**
   * What it is made of.
   *
   * @param channels C, of a feature
   * @param width D
   * @param hidden H, channels between two layers; 0 = there is one layer
   * @param normed whether features are normalised first
   */
  public record Layers(int channels, int width, int hidden, boolean normed) {}

  /**
   * Linear layers Xavier-uniform.
   *
   * @param pooled pixels [B,I,H,W] to the features [B,C] of whole pictures
   */
  public WordProjection(Engine engine, Layers layers, UnaryOperator<Tensor> pooled) {
    super(engine);
    this.channels = layers.channels();
    this.width = layers.width();
    this.pooled = pooled;
    norm = layers.normed() ? child("norm", new LayerNorm(engine, channels, EPS)) : null;
    hidden =
        layers.hidden() > 0 ? child("fc1", Linear.xavier(engine, channels, layers.hidden())) : null;
    int in = hidden == null ? channels : layers.hidden();
    Tensor weight = Init.xavierUniform(engine, initStream(), width, in);
    last = child(hidden == null ? "proj" : "fc2", Linear.with(weight, null));
  }

  /** Features [..,C] to vectors [..,D]. */
  public Tensor embed(Tensor features) {
    Tensor y = norm == null ? features : norm.forward(features);
    return last.forward(hidden == null ? y : hidden.forward(y, Activation.GELU));
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
    return engine().tidy(scope -> pooled.apply(pixels));
  }

  @Override
  public Tensor projected(Tensor features) {
    return engine().tidy(scope -> embed(features));
  }

  @Override
  public Regions regions(List<Tensor> features, Tensor maskLogits) {
    Tensor map = features.get(features.size() - 1);
    RegionPlaces places = RegionPlaces.of(maskLogits, map);
    return new Regions(embed(places.means(map)), places.covered());
  }
}

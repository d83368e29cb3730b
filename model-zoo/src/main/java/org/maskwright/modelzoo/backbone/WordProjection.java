package org.maskwright.modelzoo.backbone;

import java.util.List;
import java.util.function.UnaryOperator;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * A projection without a bias from features to the space of words, {@code proj.weight} [D,C]: of a
 * region, of the mean of its features, which lie on the last map of the encoder.
 */
public final class WordProjection extends Module implements WordSpace {
  private final Linear proj;
  private final int width;
  private final UnaryOperator<Tensor> pooled;

  /**
   * Xavier-uniform.
   *
   * @param channels C, of a feature
   * @param width D
   * @param pooled pixels [B,I,H,W] to the features [B,C] of whole pictures
   */
  public WordProjection(Engine engine, int channels, int width, UnaryOperator<Tensor> pooled) {
    super(engine);
    this.width = width;
    this.pooled = pooled;
    proj =
        child("proj", Linear.with(Init.xavierUniform(engine, initStream(), width, channels), null));
  }

  /** Features [..,C] to vectors [..,D]. */
  public Tensor embed(Tensor features) {
    return proj.forward(features);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Tensor pictures(Tensor pixels) {
    return engine().tidy(scope -> embed(pooled.apply(pixels)));
  }

  @Override
  public Regions regions(List<Tensor> features, Tensor maskLogits) {
    Tensor map = features.get(features.size() - 1);
    RegionPlaces places = RegionPlaces.of(maskLogits, map);
    return new Regions(embed(places.means(map)), places.covered());
  }
}

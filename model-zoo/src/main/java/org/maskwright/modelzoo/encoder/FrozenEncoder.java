package org.maskwright.modelzoo.encoder;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.Encoder;

/**
 * A backbone's encoder as it is: without a gradient, without what is random in training, and image
 * by image, so that the features of an image depend on nothing but the image and can be kept.
 *
 * <p><b>Lifecycle</b> backbone and store stay the caller's to close.
 */
public final class FrozenEncoder {
  private final Backbone backbone;
  private final Encoder encoder;
  private final FeatureStore store;

  /**
   * @param store keeps the features, of this encoder alone
   */
  public FrozenEncoder(Backbone backbone, FeatureStore store) {
    this.backbone = backbone;
    this.encoder = backbone.encoder();
    this.store = store;
  }

  /**
   * The features of images.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised; the result is what {@link Encoder#encode} gives
   * of it, float32, not to be written to
   */
  public List<Tensor> encode(Tensor pixels) {
    Engine engine = backbone.engine();
    try (Scope scope = engine.scope();
        var off = engine.noGrad()) {
      List<List<Tensor>> images = new ArrayList<>();
      for (long i = 0; i < pixels.size(0); i++) {
        Tensor image = pixels.slice(0, i, i + 1);
        images.add(store.features(image, () -> computed(image)));
      }
      List<Tensor> features = images.size() == 1 ? images.get(0) : joined(images);
      features.forEach(scope::keep);
      return features;
    }
  }

  private List<Tensor> computed(Tensor image) {
    boolean training = backbone.isTraining();
    backbone.setTraining(false);
    try (Scope scope = backbone.engine().scope()) {
      return encoder.encode(image).stream()
          .map(f -> scope.keep(f.cast(DType.FLOAT32).copy())) // dense, as what is kept
          .toList();
    } finally {
      backbone.setTraining(training);
    }
  }

  private static List<Tensor> joined(List<List<Tensor>> images) {
    List<Tensor> out = new ArrayList<>();
    for (int map = 0; map < images.get(0).size(); map++) {
      int number = map;
      out.add(Tensor.concat(0, images.stream().map(f -> f.get(number)).toArray(Tensor[]::new)));
    }
    return out;
  }
}

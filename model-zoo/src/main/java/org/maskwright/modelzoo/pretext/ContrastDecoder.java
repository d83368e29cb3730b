package org.maskwright.modelzoo.pretext;

import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.decoder.PretextDecoder;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;

/**
 * What views of pictures, and points of them, are compared behind: two layers on the mean of the
 * coarsest map, two on each point of a map. What is learnt behind them is not used later.
 *
 * <p>Names: {@code image.layers.*}, {@code points.layers.*}.
 *
 * <p><b>Source</b> SimCLR (arXiv 2002.05709), MoCo v2 (arXiv 2003.04297); for points PLRC (arXiv
 * 2202.04639)
 */
public final class ContrastDecoder extends PretextDecoder {
  private final ContrastPart.Settings settings;
  private final Mlp image;
  private final Mlp points;

  /**
   * With fresh initial values.
   *
   * @param channels of the backbone's maps, finest first
   * @throws IllegalArgumentException if it has no map that points are to be taken from
   */
  ContrastDecoder(
      Engine engine, List<Integer> channels, ContrastPart.Settings settings, ClassSpace classes) {
    super(engine, ContrastPart.NAME, classes);
    this.settings = settings;
    if (settings.pointMap() >= channels.size()) {
      throw new IllegalArgumentException(
          "decoder.contrast.point-map: expected 0 to %d, of the backbone's maps, got %d"
              .formatted(channels.size() - 1, settings.pointMap()));
    }
    int last = channels.get(channels.size() - 1);
    image = child("image", new Mlp(engine, last, settings.hidden(), settings.width(), 2));
    points =
        settings.pointHidden() == 0
            ? null
            : child(
                "points",
                new Mlp(
                    engine,
                    channels.get(settings.pointMap()),
                    settings.pointHidden(),
                    settings.width(),
                    2));
  }

  /** D, the width of what it gives. */
  public int width() {
    return settings.width();
  }

  /** Pictures as vectors [B,D] of length 1, float32. */
  public Tensor pictures(PixelFeatures features) {
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      return engine()
          .tidy(
              scope -> {
                Tensor mean = features.memory().get(0).tokens().cast(DType.FLOAT32).mean(1);
                return WordSpace.directions(image.forward(mean));
              });
    }
  }

  /** The map that points are taken from: its places as tokens, row by row. */
  public PixelFeatures.Level map(PixelFeatures features) {
    return features.memory().get(features.memory().size() - 1 - settings.pointMap());
  }

  /**
   * The places of a map as vectors [B,S,D], float32, of any length.
   *
   * @throws IllegalStateException if it was built without
   */
  public Tensor points(PixelFeatures.Level map) {
    if (points == null) {
      throw new IllegalStateException(
          "contrast: expected model.decoder.contrast.point-hidden above 0 to compare points");
    }
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      return engine().tidy(scope -> points.forward(map.tokens().cast(DType.FLOAT32)));
    }
  }
}

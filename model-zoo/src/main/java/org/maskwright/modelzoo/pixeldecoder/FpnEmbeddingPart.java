package org.maskwright.modelzoo.pixeldecoder;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;

/**
 * A feature pyramid down to one map, of any backbone with four: the image embedding of a mask
 * decoder that takes prompts. Not in the paper, whose encoder gives one map of one scale.
 */
public final class FpnEmbeddingPart implements PixelDecoderPart {
  private static final List<Integer> STRIDES = List.of(4, 8, 16);

  @Override
  public String name() {
    return "fpn-embedding";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param stride pixels of the image that a place of the embedding stands for
   */
  public record Settings(
      @Doc(
              "Pixels of the image on a side of a place of the embedding: 4, 8 or 16; masks have"
                  + " four times the embedding's sides.")
          int stride)
      implements PixelDecoderConfig {
    /** Checks the ranges. */
    public Settings {
      require(STRIDES.contains(stride), "stride", "one of " + STRIDES, stride);
    }

    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return new Pyramid(engine, inChannels, channels, STRIDES.indexOf(stride));
    }

    @Override
    public int memoryLevels() {
      return 1;
    }

    @Override
    public boolean isForPrompts() {
      return true;
    }
  }

  private static final class Pyramid extends PixelDecoder {
    private final int channels;
    private final int skipped;
    private final FeaturePyramid pyramid;

    Pyramid(Engine engine, List<Integer> inChannels, int channels, int skipped) {
      super(engine);
      this.channels = channels;
      this.skipped = skipped;
      pyramid =
          child(
              "pyramid",
              FeaturePyramid.plain(engine, from(inChannels, skipped), channels, channels));
    }

    private static <T> List<T> from(List<T> maps, int skipped) {
      return maps.subList(skipped, maps.size());
    }

    @Override
    public PixelFeatures forward(List<Tensor> features) {
      Tensor map = pyramid.forward(from(features, skipped)).maskFeatures();
      return new PixelFeatures(map, List.of(PixelFeatures.Level.of(map)));
    }

    @Override
    public int memoryChannels() {
      return channels;
    }
  }
}

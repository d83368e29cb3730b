package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * No pixel decoder: the only map of a backbone as it is, which Segment Anything calls the image
 * embedding, for a mask decoder that takes prompts.
 */
public final class ImageEmbeddingPart implements PixelDecoderPart {
  private static final int LEVELS = 1;
  static final String TOKENS = "sem_seg_head.predictor.mask_tokens.weight";
  private static final String HYPERNETWORK =
      "sem_seg_head.predictor.output_hypernetworks_mlps.0.layers.2.weight";

  @Override
  public String name() {
    return "image-embedding";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Nothing to set. */
  public record Settings() implements PixelDecoderConfig {
    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return new Untouched(engine, inChannels.get(0));
    }

    @Override
    public int memoryLevels() {
      return LEVELS;
    }

    @Override
    public boolean takesOneMap() {
      return true;
    }

    @Override
    public boolean isForPrompts() {
      return true;
    }
  }

  private static final class Untouched extends PixelDecoder {
    private final int channels;

    Untouched(Engine engine, int channels) {
      super(engine);
      this.channels = channels;
    }

    @Override
    public PixelFeatures forward(List<Tensor> features) {
      Tensor map = features.get(0);
      return new PixelFeatures(map, List.of(PixelFeatures.Level.of(map)));
    }

    @Override
    public int memoryChannels() {
      return channels;
    }
  }

  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    return state.contains(TOKENS) && state.keys().stream().noneMatch(key -> key.startsWith(PREFIX))
        ? Optional.of(new Settings())
        : Optional.empty();
  }

  @Override
  public Widths widths(StateDict state) {
    return new Widths(state.size(TOKENS, 1), state.size(HYPERNETWORK, 0));
  }
}

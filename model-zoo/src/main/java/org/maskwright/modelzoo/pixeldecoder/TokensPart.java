package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * No pixel decoder: the tokens of a transformer as they are, for a mask decoder that runs its last
 * blocks.
 */
public final class TokensPart implements PixelDecoderPart {
  private static final int LEVELS = 2;
  private static final String QUERIES = "sem_seg_head.predictor.query_feat.weight"; // [Q,C]
  private static final String MASK_TOKEN = "sem_seg_head.predictor.mask_token"; // [1,1,1,C]

  @Override
  public String name() {
    return "tokens";
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

    /** The patches, and the tokens without a place. */
    @Override
    public int memoryLevels() {
      return LEVELS;
    }

    @Override
    public boolean takesTokens() {
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
      return new PixelFeatures(
          features.get(0), features.stream().map(PixelFeatures.Level::of).toList());
    }

    @Override
    public int memoryChannels() {
      return channels;
    }
  }

  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    return (state.contains(QUERIES) || state.contains(MASK_TOKEN))
            && state.keys().stream().noneMatch(key -> key.startsWith(PREFIX))
        ? Optional.of(new Settings())
        : Optional.empty();
  }

  @Override
  public Widths widths(StateDict state) {
    int width = state.contains(QUERIES) ? state.size(QUERIES, 1) : state.size(MASK_TOKEN, 3);
    return new Widths(width, width);
  }
}

package org.maskwright.modelzoo.pixeldecoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.StateDict;

/** No pixel decoder: the backbone's maps as they are, for pretraining of the backbone. */
public final class NonePart implements PixelDecoderPart {
  private static final String HIDDEN_PIXELS = "sem_seg_head.predictor.pixels.pred.weight";
  private static final int ANY_WIDTH = 256;

  @Override
  public String name() {
    return "none";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Nothing to set. */
  public record Settings() implements PixelDecoderConfig {
    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return new Untouched(engine, inChannels.get(inChannels.size() - 1));
    }

    /** None that is made for queries. */
    @Override
    public int memoryLevels() {
      return 0;
    }

    @Override
    public boolean isForPretext() {
      return true;
    }
  }

  /** Behind decoders for pretraining alone that weights tell apart. */
  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    return state.contains(HIDDEN_PIXELS)
            && state.keys().stream().noneMatch(key -> key.startsWith(PREFIX))
        ? Optional.of(new Settings())
        : Optional.empty();
  }

  /** Nothing has them. */
  @Override
  public Widths widths(StateDict state) {
    return new Widths(ANY_WIDTH, ANY_WIDTH);
  }

  /** The finest map as mask features, all of them, coarsest first, as memory. */
  private static final class Untouched extends PixelDecoder {
    private final int channels;

    Untouched(Engine engine, int channels) {
      super(engine);
      this.channels = channels;
    }

    @Override
    public PixelFeatures forward(List<Tensor> features) {
      List<Tensor> coarsestFirst = new ArrayList<>(features);
      Collections.reverse(coarsestFirst);
      return new PixelFeatures(
          features.get(0), coarsestFirst.stream().map(PixelFeatures.Level::of).toList());
    }

    /** Of the coarsest. */
    @Override
    public int memoryChannels() {
      return channels;
    }
  }
}

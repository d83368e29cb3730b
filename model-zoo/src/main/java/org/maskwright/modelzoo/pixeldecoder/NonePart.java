package org.maskwright.modelzoo.pixeldecoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** No pixel decoder: the backbone's maps as they are, for pretraining of the backbone. */
public final class NonePart implements PixelDecoderPart {
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

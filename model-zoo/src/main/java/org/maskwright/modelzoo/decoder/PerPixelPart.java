package org.maskwright.modelzoo.decoder;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.FixedClassHead;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * MaskFormer's first baseline, which it argues against: a 1x1 convolution of the mask features to K
 * class scores of each pixel; computed by {@link PerPixelDecoder}. Semantic results only.
 */
public final class PerPixelPart implements DecoderPart {
  @Override
  public String name() {
    return "per-pixel";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Nothing to set. */
  public record Settings() implements DecoderConfig {
    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new PerPixelDecoder(engine, maskDim, new FixedClassHead(engine, classHeads.space()));
    }

    @Override
    public boolean hasClassHead() {
      return false;
    }

    @Override
    public String criterion() {
      return "per-pixel";
    }

    @Override
    public int memoryLevels() {
      return 0;
    }

    @Override
    public boolean classifiesPixels() {
      return true;
    }
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    String weight = PREFIX + "weight";
    return state.contains(weight)
        ? Optional.of(new Deduced(new Settings(), state.size(weight, 0)))
        : Optional.empty();
  }
}

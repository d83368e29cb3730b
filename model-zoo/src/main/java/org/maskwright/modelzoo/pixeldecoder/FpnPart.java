package org.maskwright.modelzoo.pixeldecoder;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.StateDict;

/** A feature pyramid (MaskFormer semantic); memory is the backbone's last map. */
public final class FpnPart implements PixelDecoderPart {
  @Override
  public String name() {
    return "fpn";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /** Nothing to set. */
  public record Settings() implements PixelDecoderConfig {
    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return FeaturePyramid.plain(engine, inChannels, channels, maskDim);
    }

    @Override
    public int memoryLevels() {
      return 1;
    }
  }

  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    boolean some = state.keys().stream().anyMatch(key -> key.startsWith(PREFIX));
    return some
            && TransformerFpnPart.layers(state) == 0
            && !state.contains(ImageEmbeddingPart.TOKENS)
        ? Optional.of(new Settings())
        : Optional.empty();
  }
}

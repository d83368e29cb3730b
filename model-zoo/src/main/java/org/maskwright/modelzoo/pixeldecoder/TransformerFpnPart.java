package org.maskwright.modelzoo.pixeldecoder;

import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireRate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * A transformer encoder on the backbone's last map, then a feature pyramid (MaskFormer panoptic).
 */
public final class TransformerFpnPart implements PixelDecoderPart {
  private static final double PUBLISHED_DROPOUT = 0.1;
  private static final String LAYERS = PREFIX + "transformer.encoder.layers.";

  @Override
  public String name() {
    return "transformer-fpn";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param layers encoder layers
   * @param heads attention heads; divide hiddenDim
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  public record Settings(
      @Doc("Encoder layers.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc("Dropout probability, in [0,1).") double dropout)
      implements PixelDecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireLayers(layers, heads, feedforwardDim);
      requireRate("dropout", dropout);
    }

    @Override
    public PixelDecoder build(Engine engine, List<Integer> inChannels, int channels, int maskDim) {
      return FeaturePyramid.encoded(engine, inChannels, channels, maskDim, this);
    }

    @Override
    public int memoryLevels() {
      return 1;
    }
  }

  /** The number of encoder layers that weights show, of either kind. */
  static int layers(StateDict state) {
    return state.count(Pattern.quote(LAYERS) + "(\\d+)\\.norm1\\.weight");
  }

  @Override
  public Optional<PixelDecoderConfig> deduce(StateDict state, int heads) {
    int layers = layers(state);
    if (layers == 0 || DeformablePart.isOne(state)) {
      return Optional.empty();
    }
    int feedforward = state.size(LAYERS + "0.linear1.weight", 0);
    return Optional.of(new Settings(layers, heads, feedforward, PUBLISHED_DROPOUT));
  }

  /** Its published models see images as they are. */
  @Override
  public int sizeDivisibility() {
    return 1;
  }
}

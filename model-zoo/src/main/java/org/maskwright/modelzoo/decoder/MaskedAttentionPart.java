package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** Mask2Former's masked attention over three scales; computed by {@link MaskedAttentionDecoder}. */
public final class MaskedAttentionPart implements DecoderPart {
  static final int LEVELS = 3;

  @Override
  public String name() {
    return "masked-attention";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param queries Q
   * @param layers decoder layers that exist: 9 in the paper, where the reference's DEC_LAYERS is 10
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   */
  public record Settings(
      @Doc("An image can have at most so many objects.") int queries,
      @Doc("Decoder layers that exist; the reference's DEC_LAYERS is one more.") int layers,
      @Doc("Attention heads; divide hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireWidth("queries", queries);
      requireLayers(layers, heads, feedforwardDim);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      ClassHead head = classHeads.of(engine, channels);
      return new MaskedAttentionDecoder(engine, channels, maskDim, this, head);
    }

    @Override
    public String criterion() {
      return "points";
    }

    @Override
    public int memoryLevels() {
      return LEVELS;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASK2FORMER;
    }
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (memoryLevels != LEVELS || !state.contains(DetrPart.QUERIES)) {
      return Optional.empty();
    }
    String layers = PREFIX + "transformer_ffn_layers.";
    return Optional.of(
        new Deduced(
            new Settings(
                state.size(DetrPart.QUERIES, 0),
                state.count(Pattern.quote(layers) + "(\\d+)\\.norm\\.weight"),
                heads,
                state.size(layers + "0.linear1.weight", 0)),
            state.size(DetrPart.CLASSES, 0) - 1));
  }
}

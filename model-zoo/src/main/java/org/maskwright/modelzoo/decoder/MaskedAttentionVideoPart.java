package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.settings.Doc;

/**
 * Mask2Former's decoder over the frames of a clip at once, {@link MaskedAttentionDecoder} with an
 * axis of time: a query is an object of the clip, with a mask in each frame. Weights have the names
 * and shapes of the decoder of photographs, from which a training may start.
 *
 * <p><b>Source</b> Mask2Former for video instance segmentation (arXiv 2112.10764)
 */
public final class MaskedAttentionVideoPart implements DecoderPart {
  @Override
  public String name() {
    return "masked-attention-video";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param queries Q
   */
  public record Settings(
      @Doc("A clip can have at most so many objects.") int queries,
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
      return new MaskedAttentionDecoder(
          engine,
          channels,
          maskDim,
          new MaskedAttentionPart.Settings(queries, layers, heads, feedforwardDim),
          classHeads.of(engine, channels),
          MaskedAttentionDecoder.Kind.CLIPS,
          Optional.empty());
    }

    @Override
    public String criterion() {
      return "points";
    }

    @Override
    public int memoryLevels() {
      return MaskedAttentionPart.LEVELS;
    }

    @Override
    public boolean takesClips() {
      return true;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASK2FORMER;
    }
  }
}

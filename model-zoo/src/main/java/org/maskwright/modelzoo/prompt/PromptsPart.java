package org.maskwright.modelzoo.prompt;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireLayers;
import static org.maskwright.modelzoo.part.Ranges.requireRate;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.TinyVitPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** Segment Anything (arXiv 2304.02643): masks of what prompts name; see {@link PromptDecoder}. */
public final class PromptsPart implements DecoderPart {
  /** How many times fewer channels masks are made of than the image's features have. */
  static final int NARROWING = 8;

  /** Channels within what makes a map of a mask. */
  static final int MASK_CHANNELS = 16;

  /** What is known about the licence of published weights. */
  public static final String LICENCE = "Segment Anything: Apache-2.0";

  private static final CheckpointFamily OFFICIAL =
      CheckpointFamily.ofModel(
              KeyResource.of(VitPart.class, "sam-model.keymap"),
              "Segment Anything (official)",
              LICENCE,
              keys ->
                  keys.contains("image_encoder.blocks.0.attn.qkv.weight")
                      && keys.contains("mask_decoder.iou_token.weight"))
          .withFresh(VitPart.PYRAMID);

  /** With the encoder of {@code tiny-vit}. */
  private static final CheckpointFamily MOBILE =
      CheckpointFamily.ofModel(
          KeyResource.of(VitPart.class, "mobile-sam-model.keymap"),
          "MobileSAM (official)",
          "MobileSAM: Apache-2.0",
          keys ->
              keys.contains("image_encoder.patch_embed.seq.0.c.weight")
                  && keys.contains("mask_decoder.iou_token.weight"));

  private static final int LEVELS = 1;
  private static final int CROSS_NARROWING = 2;
  private static final String LAYERS = PREFIX + "transformer.layers.";

  @Override
  public String name() {
    return "prompts";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param layers of the two-way transformer
   * @param heads attention heads; divide half the hidden-dim
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers: 0 in the released code, 0.1 in the paper
   */
  public record Settings(
      @Doc("Layers of the two-way transformer.") int layers,
      @Doc("Attention heads; divide half the hidden-dim.") int heads,
      @Doc("Hidden width of the layers' MLPs.") int feedforwardDim,
      @Doc(
              "Dropout probability of each attention and MLP, in [0,1): 0 as in the released code,"
                  + " 0.1 as in the paper.")
          double dropout)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      requireLayers(layers, heads, feedforwardDim);
      requireRate("dropout", dropout);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new PromptDecoder(engine, channels, this, classHeads.space());
    }

    @Override
    public boolean hasClassHead() {
      return false;
    }

    @Override
    public void check(int hiddenDim, int maskDim) {
      require(
          hiddenDim / CROSS_NARROWING % heads == 0,
          "decoder",
          "a number of heads that divides %d, half the hidden-dim"
              .formatted(hiddenDim / CROSS_NARROWING),
          heads);
      require(
          maskDim == hiddenDim / NARROWING,
          "maskDim",
          "%d, an eighth of hidden-dim, for the decoder prompts".formatted(hiddenDim / NARROWING),
          maskDim);
    }

    @Override
    public String criterion() {
      return "dense";
    }

    @Override
    public int memoryLevels() {
      return LEVELS;
    }

    @Override
    public boolean takesPrompts() {
      return true;
    }
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(OFFICIAL, MOBILE);
  }

  @Override
  public Optional<CheckpointFamily> official(StateDict state) {
    return Optional.of(TinyVitPart.isHeldBy(state) ? MOBILE : OFFICIAL);
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (!state.contains(PREFIX + "iou_token.weight")) {
      return Optional.empty();
    }
    return Optional.of(
        new Deduced(
            new Settings(
                state.count(Pattern.quote(LAYERS) + "(\\d+)\\.norm1\\.weight"),
                heads,
                state.size(LAYERS + "0.mlp.lin1.weight", 0),
                0),
            1));
  }
}

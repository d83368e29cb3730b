package org.maskwright.modelzoo.pretext;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.vit.PlainBlocks;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** The decoder of a masked autoencoder (MAE, arXiv 2111.06377); see {@link MaskedAutoencoder}. */
public final class MaskedAutoencoderPart implements DecoderPart {
  private static final String PIXELS = PREFIX + "pixels.";
  private static final String FIRST_NORM =
      "sem_seg_head\\.predictor\\.pixels\\.tokens\\.blocks\\.(\\d+)\\.norm1\\.weight";
  private static final double PUBLISHED_HIDDEN = 0.75;
  private static final int HEAD_WIDTH = 32;

  private static final CheckpointFamily OFFICIAL =
      CheckpointFamily.ofModel(
              KeyResource.of(MaskedAutoencoderPart.class, "masked-autoencoder.keymap"),
              "MAE with its decoder (official)",
              "MAE: CC BY-NC 4.0",
              keys ->
                  keys.containsAll(
                      List.of("decoder_embed.weight", "decoder_blocks.0.norm1.weight")))
          .withFresh(new VitPart().added());

  private static final CheckpointFamily HUGGING_FACE =
      huggingFace("huggingface-vit-mae.keymap", "decoder.decoder_layers.0.layernorm_before.weight");

  /** Transformers 5 calls the decoder's blocks otherwise when it writes them. */
  private static final CheckpointFamily HUGGING_FACE_5 =
      huggingFace(
          "huggingface-vit-mae-5.keymap",
          "decoder.decoder_encoder.layer.0.layernorm_before.weight");

  private static CheckpointFamily huggingFace(String table, String tellTale) {
    return CheckpointFamily.ofModel(
            KeyResource.of(MaskedAutoencoderPart.class, table),
            "MAE with its decoder (Hugging Face Transformers)",
            "per model: see the licence field of its card",
            keys -> keys.contains(tellTale))
        .withFresh(new VitPart().added());
  }

  @Override
  public String name() {
    return "masked-autoencoder";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings.
   *
   * @param blocks of the decoder
   * @param hidden share of the patches that are hidden, in (0,1)
   * @param normPixels whether each patch's pixels are normalised before they are compared
   */
  public record Settings(
      @Doc("Blocks of the decoder.") PlainBlocks.Sizes blocks,
      @Doc("Share of a picture's patches that are hidden from the backbone, in (0,1).")
          double hidden,
      @Doc(
              "Whether the pixels of a hidden patch are normalised by their mean and deviation before they are compared with the prediction.")
          boolean normPixels)
      implements PatchHiding {
    /** Checks the range. */
    public Settings {
      require(hidden > 0 && hidden < 1, "hidden", "a share in (0,1)", hidden);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      return new MaskedAutoencoder(
          engine, "masked-autoencoder", PatchHiding.encoder(backbone), this, Optional.empty());
    }
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(OFFICIAL, HUGGING_FACE, HUGGING_FACE_5);
  }

  @Override
  public Optional<CheckpointFamily> official(StateDict state) {
    return Optional.of(OFFICIAL);
  }

  /** Heads are of 32 channels, and pixels normalised, as in the published models. */
  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (!state.contains(PIXELS + "pred.weight")
        || state.keys().stream().anyMatch(key -> key.startsWith(PREFIX + "regions."))) {
      return Optional.empty();
    }
    int width = state.size(PIXELS + "tokens.embed.weight", 0);
    PlainBlocks.Sizes blocks =
        new PlainBlocks.Sizes(
            width,
            state.count(FIRST_NORM),
            Math.max(1, width / HEAD_WIDTH),
            state.size(PIXELS + "tokens.blocks.0.mlp.fc1.weight", 0));
    return Optional.of(
        new Deduced(new Settings(blocks, PUBLISHED_HIDDEN, true), ClassSpace.OBJECT.size()));
  }
}

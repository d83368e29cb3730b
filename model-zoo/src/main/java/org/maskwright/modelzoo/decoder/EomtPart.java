package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.TokenEncoder;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.postprocess.FamilyRules;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** EoMT (arXiv 2503.19108): the encoder is the mask transformer; see {@link EomtDecoder}. */
public final class EomtPart implements DecoderPart {
  private static final int LEVELS = 2;
  private static final String QUERIES = PREFIX + "query_feat.weight";
  private static final String UPSCALE = PREFIX + "upscale.0.conv1.weight";

  /** What files of others have and some leave out: nothing reads it. */
  public static final Pattern UNUSED = Pattern.compile(Pattern.quote(PREFIX + "attn_mask_probs"));

  private static final String GATED = "backbone.blocks.0.mlp.w12.weight";

  /** Names do not tell gated MLPs: the giant alone has them, and alone 40 blocks. */
  private static final CheckpointFamily OFFICIAL_GIANT =
      family(
          "eomt-gated.keymap",
          "EoMT, giant (official)",
          "EoMT: MIT",
          "network.encoder.backbone.blocks.39.attn.qkv.weight");

  private static final CheckpointFamily OFFICIAL =
      family(
          "eomt.keymap",
          "EoMT (official)",
          "EoMT: MIT",
          "network.encoder.backbone.blocks.0.attn.qkv.weight");

  private static final CheckpointFamily OFFICIAL_DINOV3 =
      family(
              "eomt-dinov3.keymap",
              "EoMT with DINOv3 (official)",
              "EoMT: MIT; the DINOv3 weights in it: their own licence",
              "network.encoder.backbone.blocks.0.attention.q_proj.weight")
          .withDifferencesTo("DINOv3");

  private static CheckpointFamily family(
      String table, String title, String licence, String tellTale) {
    return CheckpointFamily.ofModel(
            KeyResource.of(CheckpointFamily.class, table),
            title,
            licence,
            keys -> keys.contains(tellTale) && keys.contains("network.q.weight"))
        .withFresh(UNUSED);
  }

  @Override
  public String name() {
    return "eomt";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings. How many blocks run with queries is the backbone's to say.
   *
   * @param queries Q
   */
  public record Settings(@Doc("An image can have at most so many objects.") int queries)
      implements DecoderConfig {
    /** Checks the range. */
    public Settings {
      requireWidth("queries", queries);
    }

    @Override
    public MaskDecoder build(
        Engine engine,
        Backbone backbone,
        int memoryChannels,
        int channels,
        int maskDim,
        ClassHeads classHeads) {
      TokenEncoder encoder =
          backbone
              .tokenEncoder()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "backbone: expected one that holds blocks back"));
      return new EomtDecoder(engine, encoder, queries, classHeads.of(engine, channels));
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
    public boolean runsEncoder() {
      return true;
    }

    @Override
    public FamilyRules rules() {
      return FamilyRules.MASK2FORMER;
    }
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(OFFICIAL_GIANT, OFFICIAL, OFFICIAL_DINOV3);
  }

  @Override
  public Optional<CheckpointFamily> official(StateDict state) {
    CheckpointFamily dinov2 = state.contains(GATED) ? OFFICIAL_GIANT : OFFICIAL;
    return Optional.of(state.contains("backbone.pos_embed") ? dinov2 : OFFICIAL_DINOV3);
  }

  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (memoryLevels != LEVELS || !state.contains(UPSCALE)) {
      return Optional.empty();
    }
    return Optional.of(
        new Deduced(
            new Settings(state.size(QUERIES, 0)),
            state.size(PREFIX + "class_embed.weight", 0) - 1));
  }
}

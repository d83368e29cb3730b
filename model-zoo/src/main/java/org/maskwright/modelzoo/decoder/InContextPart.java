package org.maskwright.modelzoo.decoder;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.TokenEncoder;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * Painter (arXiv 2212.02499) and SegGPT (arXiv 2304.03284): a transformer that paints the answer
 * below an example's; see {@link InContextDecoder}.
 */
public final class InContextPart implements DecoderPart {
  private static final int LEVELS = 2;
  private static final String EMBED = PREFIX + "decoder_embed.weight";
  private static final String CONV = PREFIX + "decoder_pred.0.weight";
  private static final String TYPE = PREFIX + "type_token_cls";
  private static final String FIRST_NORM = "backbone.blocks.(\\d+).norm1.weight";
  private static final String PATCHES = "backbone.patch_embed.proj.weight";
  private static final int MERGED_AFTER = 2;

  private static final CheckpointFamily OFFICIAL =
      CheckpointFamily.ofModel(
          KeyResource.of(CheckpointFamily.class, "painter.keymap"),
          "SegGPT / Painter (official)",
          "Painter and SegGPT: MIT",
          keys ->
              keys.containsAll(List.of("segment_token_x", "mask_token", "decoder_embed.weight")));

  @Override
  public String name() {
    return "in-context";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * Its settings; sizes are the backbone's.
   *
   * @param features numbers of the blocks whose normalised tokens are painted from, from 0, rising
   * @param mergeAfter number of the block behind which picture and target become one, from 0; not
   *     behind the first of the features
   * @param paintChannels of the map between tokens and colours
   * @param typeTokens whether a token says if colours stand for classes or for objects
   * @param ownExample whether it has an example of its own, to be learnt
   */
  public record Settings(
      @Doc("Numbers of the blocks whose tokens are painted from, from 0, rising.")
          List<Integer> features,
      @Doc(
              "Number of the block behind which the tokens of picture and target are averaged, from"
                  + " 0; not behind the first of the features.")
          int mergeAfter,
      @Doc("Channels of the map between tokens and colours.") int paintChannels,
      @Doc(
              "Whether a token says if colours stand for classes or for objects: so SegGPT, not"
                  + " Painter.")
          boolean typeTokens,
      @Doc(
              "Whether the model has an example of its own, learnt by the task prompt-tuning and"
                  + " shown where no other is given.")
          boolean ownExample)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Settings {
      features = List.copyOf(features);
      boolean rising = !features.isEmpty() && features.get(0) >= 0;
      for (int i = 1; i < features.size(); i++) {
        rising &= features.get(i) > features.get(i - 1);
      }
      require(
          rising && features.get(features.size() - 1) < Ranges.MAX_COUNT,
          "features",
          "rising numbers of blocks, from 0",
          features);
      require(
          mergeAfter >= 0 && mergeAfter <= features.get(0),
          "mergeAfter",
          "0 to %d, the first of the features".formatted(features.get(0)),
          mergeAfter);
      requireWidth("paintChannels", paintChannels);
    }

    /** Without an example of its own. */
    public Settings(List<Integer> features, int mergeAfter, int paintChannels, boolean typeTokens) {
      this(features, mergeAfter, paintChannels, typeTokens, false);
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
      int last = features.get(features.size() - 1);
      require(
          last < encoder.blocks(),
          "features",
          "numbers of the backbone's blocks, below " + encoder.blocks(),
          last);
      return new InContextDecoder(engine, encoder, this, classHeads.space());
    }

    @Override
    public boolean hasClassHead() {
      return false;
    }

    /** Nothing of a criterion is used: the task of that name has its own loss. */
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
    public boolean takesExamples() {
      return true;
    }

    @Override
    public boolean hasOwnExample() {
      return ownExample;
    }
  }

  @Override
  public List<CheckpointFamily> families() {
    return List.of(OFFICIAL);
  }

  @Override
  public Optional<CheckpointFamily> official(StateDict state) {
    return Optional.of(OFFICIAL);
  }

  /**
   * Which blocks are painted from leaves no trace: they are taken to be the last of as many equal
   * parts, as in the published models, and the two streams to be one behind block 2.
   */
  @Override
  public Optional<Deduced> deduce(StateDict state, int memoryLevels, int heads) {
    if (memoryLevels != LEVELS || !state.contains(EMBED) || !state.contains(CONV)) {
      return Optional.empty();
    }
    int depth = state.count(FIRST_NORM);
    int count = state.size(EMBED, 1) / state.size(PATCHES, 0);
    List<Integer> features = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      features.add(depth * i / count - 1);
    }
    Settings settings =
        new Settings(
            features,
            Math.min(MERGED_AFTER, features.get(0)),
            state.size(CONV, 0),
            state.contains(TYPE),
            state.contains(PREFIX + InContextDecoder.EXAMPLE_PICTURE));
    return Optional.of(new Deduced(settings, ClassSpace.OBJECT.size()));
  }
}

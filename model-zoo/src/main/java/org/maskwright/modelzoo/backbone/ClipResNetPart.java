package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.MAX_COUNT;
import static org.maskwright.modelzoo.part.Ranges.MAX_WIDTH;
import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireStages;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** The residual networks of CLIP (arXiv 2103.00020); computed by {@link ClipResNet}. */
public final class ClipResNetPart implements BackbonePart {
  private static final String NAME = "clip-resnet";
  private static final int STAGES = 4;
  private static final int STRIDE = 32; // of the last map
  private static final String STEM = "backbone.stem.2.weight";
  private static final String POSITIONS = "backbone.words.positional_embedding";
  private static final String PROJECTION = "backbone.words.c_proj.weight";

  private static final List<CheckpointFamily> FAMILIES =
      List.of(
          CheckpointFamily.ofBackbone(
                  KeyResource.of(ClipResNetPart.class, "clip-resnet.keymap"),
                  "residual network of CLIP (OpenAI, OpenCLIP)",
                  "OpenAI's CLIP: MIT; files of others: see their card",
                  keys -> keys.contains("visual.layer1.0.conv1.weight"))
              .withPixels(PixelStatistics.CLIP));

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a residual network of CLIP can be.
   *
   * @param blocks number of blocks of the four stages
   * @param width channels behind the stem; maps have 4, 8, 16 and 32 times as many
   * @param norm what follows a convolution
   * @param wordWidth of the space of words; 0 = the way there is left out
   * @param wordGrid side of the last map of the pictures that the pooling's positions are for
   * @param checkpointing whether each stage is computed again in the backward pass
   */
  public record Settings(
      @Doc("Number of blocks of the four stages.") List<Integer> blocks,
      @Doc("Channels behind the stem, even; maps have 4, 8, 16 and 32 times as many.") int width,
      @Doc("frozen batch norm, or batch: statistics of the batch, trained affine values.")
          ResNetPart.Norm norm,
      @Doc(
              "Width of the text encoder's vectors, for scores by words; 0 = the attention pooling is left out.")
          int wordWidth,
      @Doc(
              "Side of the pictures that the pooling's positions are for, by 32; 0 without word-width.")
          int wordGrid,
      @Doc(
              "Compute each stage again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      blocks = List.copyOf(blocks);
      requireStages("blocks", blocks);
      int widest = MAX_WIDTH / STRIDE;
      require(
          width > 1 && width % 2 == 0 && width <= widest,
          "width",
          "an even number from 2 to " + widest,
          width);
      require(
          wordWidth >= 0 && wordWidth <= MAX_WIDTH, "wordWidth", "0 to " + MAX_WIDTH, wordWidth);
      require(
          wordWidth == 0 ? wordGrid == 0 : wordGrid > 0 && wordGrid <= MAX_COUNT,
          "wordGrid",
          wordWidth == 0 ? "0 without a width of words" : "1 to " + MAX_COUNT,
          wordGrid);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new ClipResNet(engine, this, inputs);
    }

    @Override
    public OptionalInt wordSide() {
      return wordWidth == 0 ? OptionalInt.empty() : OptionalInt.of(STRIDE * wordGrid);
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return norm.cautionWithoutWeights(NAME);
    }
  }

  @Override
  public List<CheckpointFamily> families() {
    return FAMILIES;
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    if (!state.contains(STEM)) {
      return Optional.empty();
    }
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 2; stage < 2 + STAGES; stage++) {
      blocks.add(state.count("backbone\\.res" + stage + "\\.(\\d+)\\.conv1\\.weight"));
    }
    boolean words = state.contains(POSITIONS) && state.contains(PROJECTION);
    try {
      return Optional.of(
          new Settings(
              blocks,
              state.size(STEM, 0),
              ResNetPart.Norm.FROZEN,
              words ? state.size(PROJECTION, 0) : 0,
              words ? (int) Math.round(Math.sqrt(state.size(POSITIONS, 0) - 1)) : 0,
              false));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete residual network of CLIP: " + e.getMessage(), e);
    }
  }
}

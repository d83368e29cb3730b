package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.fourPositive;
import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireRate;
import static org.maskwright.modelzoo.part.Ranges.requireStages;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** ConvNeXt (arXiv 2201.03545) in its segmentation variant; computed by {@link ConvNeXt}. */
public final class ConvNeXtPart implements BackbonePart {
  private static final int STAGES = 4;
  private static final int THIRD_STAGE = 3;
  private static final int BLOCKS_OF_A_LAYER = 3;
  private static final Pattern PLACE =
      Pattern.compile("(stages|downsample_layers)\\.(\\d+)\\.(\\d+)\\.");
  private static final double PUBLISHED_DROP_PATH = 0.4;
  private static final String WORDS = "backbone.words.";
  private static final String STEM = "backbone.downsample_layers.0.0.weight";

  private static final List<CheckpointFamily> FAMILIES =
      List.of(
          family("convnext", "released by Facebook", "MIT", "stages.0.0.pwconv1.weight"),
          family(
              "convnext-torchvision", "torchvision", "BSD-3-Clause", "features.1.0.block.0.weight"),
          family(
              "convnext-timm",
              "timm",
              "per model: see the licence field of its card",
              "stages.0.blocks.0.conv_dw.weight"),
          family(
              "convnext-huggingface",
              "Hugging Face Transformers",
              "per model: see its card; Facebook's are Apache-2.0",
              "encoder.stages.0.layers.0.dwconv.weight"),
          family(
                  "convnext-openclip",
                  "OpenCLIP",
                  "per model: see its card; LAION's: MIT",
                  "visual.trunk.stages.0.blocks.0.conv_dw.weight")
              .withPixels(PixelStatistics.CLIP));

  private static CheckpointFamily family(
      String table, String origin, String licence, String tellTale) {
    return CheckpointFamily.ofBackbone(
            KeyResource.of(CheckpointFamily.class, table + ".keymap"),
            "ConvNeXt backbone (%s)".formatted(origin),
            licence,
            keys -> keys.contains(tellTale))
        .withFresh(CheckpointFamily.STAGE_NORMS);
  }

  @Override
  public String name() {
    return "convnext";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a ConvNeXt can be.
   *
   * @param channels of the four stages
   * @param depths number of blocks of the four stages
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   * @param wordWidth of the space of words; 0 = the way there is left out
   * @param wordHidden channels between the two layers of that way; 0 = it is one layer
   * @param checkpointing whether each stage is computed again in the backward pass
   */
  public record Settings(
      @Doc("Channels of the four stages.") List<Integer> channels,
      @Doc("Number of blocks of the four stages.") List<Integer> depths,
      @Doc("Drop-path probability of the last block, rising from 0 at the first; in [0,1).")
          double dropPath,
      @Doc(
              "Width of the text encoder's vectors, for scores by words, of OpenCLIP's weights; 0 ="
                  + " the projection is left out.")
          int wordWidth,
      @Doc("Channels between the projection's two layers; 0 = it has one.") int wordHidden,
      @Doc(
              "Compute each stage again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      channels = List.copyOf(channels);
      depths = List.copyOf(depths);
      require(
          channels.size() == STAGES
              && channels.stream().allMatch(c -> c > 0 && c <= Ranges.MAX_WIDTH),
          "channels",
          "four numbers from 1 to " + Ranges.MAX_WIDTH,
          channels);
      requireStages("depths", depths);
      requireRate("dropPath", dropPath);
      require(
          wordWidth >= 0 && wordWidth <= Ranges.MAX_WIDTH,
          "wordWidth",
          "0 to " + Ranges.MAX_WIDTH,
          wordWidth);
      int most = wordWidth == 0 ? 0 : Ranges.MAX_WIDTH;
      require(wordHidden >= 0 && wordHidden <= most, "wordHidden", "0 to " + most, wordHidden);
    }

    /** Without a way to the space of words. */
    public Settings(
        List<Integer> channels, List<Integer> depths, double dropPath, boolean checkpointing) {
      this(channels, depths, dropPath, 0, 0, checkpointing);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new ConvNeXt(engine, this, inputs);
    }

    /**
     * The stem; the first stage; the second; the third in threes of its blocks; the fourth; the
     * norms of the maps. A convolution that makes maps smaller counts to what is behind it.
     *
     * <p><b>Source</b> the official code of ConvNeXt
     */
    @Override
    public Optional<LayerNumbers> layers() {
      int fourth = THIRD_STAGE + (depths.get(2) + BLOCKS_OF_A_LAYER - 1) / BLOCKS_OF_A_LAYER;
      return Optional.of(new LayerNumbers(fourth + 2, name -> layer(name, fourth)));
    }

    private static int layer(String parameter, int fourth) {
      Matcher place = PLACE.matcher(parameter);
      if (!place.lookingAt()) {
        return fourth + 1;
      }
      boolean block = place.group(1).equals("stages");
      int stage = Integer.parseInt(place.group(2));
      if (stage == STAGES - 1) {
        return fourth;
      }
      int within = block && stage == 2 ? Integer.parseInt(place.group(3)) / BLOCKS_OF_A_LAYER : 0;
      return !block && stage == 0 ? 0 : stage + 1 + within;
    }
  }

  /** The published sizes by name: {@code convnext-t}, {@code -s}, {@code -b}, {@code -l}. */
  public static Map<String, Settings> sizes() {
    Map<String, Settings> out = new LinkedHashMap<>();
    out.put("convnext-t", size(96, 9));
    out.put("convnext-s", size(96, 27));
    out.put("convnext-b", size(128, 27));
    out.put("convnext-l", size(192, 27));
    return out;
  }

  @Override
  public Map<String, BackboneConfig> published() {
    return Collections.unmodifiableMap(sizes());
  }

  private static Settings size(int first, int thirdDepth) {
    return new Settings(
        List.of(first, 2 * first, 4 * first, 8 * first),
        List.of(3, 3, thirdDepth, 3),
        PUBLISHED_DROP_PATH,
        false);
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
    List<Integer> channels = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      String blocks = "backbone.stages." + stage + ".";
      depths.add(state.count(Pattern.quote(blocks) + "(\\d+)\\.pwconv1\\.weight"));
      channels.add(depths.get(stage) == 0 ? 0 : state.size(blocks + "0.pwconv1.weight", 1));
    }
    if (!fourPositive(depths)) {
      throw new CheckpointException(
          "an incomplete ConvNeXt: depths: expected four numbers of blocks, got " + depths);
    }
    boolean two = state.contains(WORDS + "fc2.weight");
    boolean one = state.contains(WORDS + "proj.weight");
    return Optional.of(
        new Settings(
            channels,
            depths,
            PUBLISHED_DROP_PATH,
            two || one ? state.size(WORDS + (two ? "fc2.weight" : "proj.weight"), 0) : 0,
            two ? state.size(WORDS + "fc2.weight", 1) : 0,
            false));
  }
}

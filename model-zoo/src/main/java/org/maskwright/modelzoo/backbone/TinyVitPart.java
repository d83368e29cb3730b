package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.MAX_COUNT;
import static org.maskwright.modelzoo.part.Ranges.MAX_WIDTH;
import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireRate;
import static org.maskwright.modelzoo.part.Ranges.requireStages;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/**
 * TinyViT (arXiv 2207.10666) as MobileSAM (arXiv 2306.14289) has it, with one map for prompts;
 * computed by {@link TinyVit}.
 */
public final class TinyVitPart implements BackbonePart {
  private static final int STAGES = 4;
  private static final int MOST_OF_WINDOW = 64;
  private static final int MOBILE_SAM_SIDE = 1024;
  private static final String NAME = "tiny-vit";
  private static final String STAGE = "backbone.layers.%d.blocks.";
  private static final String STEM = "backbone.patch_embed.conv1.weight";
  private static final String BIASES = "0.attn.relative_position_bias_table";
  private static final Pattern PLACE = Pattern.compile("layers\\.(\\d)\\.(?:blocks\\.(\\d+))?");

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a TinyViT can be.
   *
   * @param channels of the four stages
   * @param depths number of blocks of the four stages
   * @param heads attention heads of the last three stages; each divides the stage's channels
   * @param windows sides in places of the attention windows of the last three stages
   * @param neck channels of the map
   * @param side side in pixels of the square images that a model of it sees; a multiple of 16
   * @param norm what follows a convolution
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   * @param checkpointing whether each stage is computed again in the backward pass
   */
  public record Settings(
      @Doc("Channels of the four stages.") List<Integer> channels,
      @Doc("Number of blocks of the four stages.") List<Integer> depths,
      @Doc("Attention heads of the last three stages; each divides the stage's channels.")
          List<Integer> heads,
      @Doc("Sides of the attention windows of the last three stages, in places of their maps.")
          List<Integer> windows,
      @Doc("Channels of its map, which is the only one.") int neck,
      @Doc(
              "Side in pixels of the square images that a model of it sees, a multiple of 16; weights"
                  + " do not show it.")
          int side,
      @Doc("frozen batch norm, or batch: statistics of the batch, trained affine values.")
          ResNetPart.Norm norm,
      @Doc("Drop-path probability of the last block, rising from 0 at the first; in [0,1).")
          double dropPath,
      @Doc(
              "Compute each stage again in the backward pass: less memory, one more forward pass of the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Settings {
      channels = List.copyOf(channels);
      depths = List.copyOf(depths);
      heads = List.copyOf(heads);
      windows = List.copyOf(windows);
      int widest = MAX_WIDTH / TinyVit.EXPANSION;
      require(
          channels.size() == STAGES && channels.stream().allMatch(c -> c > 1 && c <= widest),
          "channels",
          "four numbers from 2 to " + widest,
          channels);
      requireStages("depths", depths);
      requireThree("heads", heads, MAX_COUNT);
      for (int s = 1; s < STAGES; s++) {
        require(
            channels.get(s) % heads.get(s - 1) == 0,
            "heads",
            "divisors of the channels %s".formatted(channels.subList(1, STAGES)),
            heads);
      }
      requireThree("windows", windows, MOST_OF_WINDOW);
      requireWidth("neck", neck);
      require(
          side > 0 && side % TinyVit.STRIDE == 0 && side <= MAX_WIDTH,
          "side",
          "a multiple of %d up to %d".formatted(TinyVit.STRIDE, MAX_WIDTH),
          side);
      requireRate("dropPath", dropPath);
    }

    private static void requireThree(String name, List<Integer> numbers, int most) {
      require(
          numbers.size() == STAGES - 1 && numbers.stream().allMatch(n -> n > 0 && n <= most),
          name,
          "three numbers from 1 to " + most,
          numbers);
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new TinyVit(engine, this, inputs);
    }

    @Override
    public OptionalInt imageSide() {
      return OptionalInt.of(side);
    }

    @Override
    public OptionalInt mapWidth() {
      return OptionalInt.of(neck);
    }

    /**
     * A layer is a block, of all stages; the stem counts to the first, a convolution between stages
     * to the block before it, the neck to the last.
     *
     * <p><b>Source</b> the official code of TinyViT
     */
    @Override
    public Optional<LayerNumbers> layers() {
      return Optional.of(new LayerNumbers(before(STAGES), this::layer));
    }

    /** Number of blocks before a stage. */
    private int before(int stage) {
      return depths.subList(0, stage).stream().mapToInt(d -> d).sum();
    }

    private int layer(String parameter) {
      Matcher place = PLACE.matcher(parameter);
      if (!place.lookingAt()) {
        return parameter.startsWith("neck.") ? before(STAGES) - 1 : 0;
      }
      int stage = Integer.parseInt(place.group(1));
      return place.group(2) == null
          ? before(stage + 1) - 1
          : before(stage) + Integer.parseInt(place.group(2));
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return norm.cautionWithoutWeights(NAME);
    }
  }

  /** The encoder of MobileSAM: TinyViT-5M and a neck. */
  public static Settings mobileSam() {
    return new Settings(
        List.of(64, 128, 160, 320),
        List.of(2, 2, 6, 2),
        List.of(4, 5, 10),
        List.of(7, 14, 7),
        256,
        MOBILE_SAM_SIDE,
        ResNetPart.Norm.FROZEN,
        0,
        false);
  }

  /**
   * Whether weights are of a model with this backbone.
   *
   * @param state under Maskwright's names
   */
  public static boolean isHeldBy(StateDict state) {
    return state.contains(STEM);
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    if (!isHeldBy(state)) {
      return Optional.empty();
    }
    List<Integer> channels = new ArrayList<>();
    List<Integer> depths = new ArrayList<>();
    List<Integer> heads = new ArrayList<>();
    List<Integer> windows = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      String blocks = STAGE.formatted(stage);
      String each = stage == 0 ? "conv1.weight" : "mlp.fc1.weight";
      depths.add(state.count(Pattern.quote(blocks) + "(\\d+)\\." + Pattern.quote(each)));
      if (depths.get(stage) == 0) {
        throw new CheckpointException(
            "an incomplete TinyViT: expected blocks in four stages, got none of layers." + stage);
      }
      channels.add(state.size(blocks + "0." + each, 1));
      if (stage > 0) {
        heads.add(state.size(blocks + BIASES, 0));
        windows.add((int) Math.round(Math.sqrt(state.size(blocks + BIASES, 1))));
      }
    }
    try {
      return Optional.of(
          new Settings(
              channels,
              depths,
              heads,
              windows,
              state.size("backbone.neck.0.weight", 0),
              MOBILE_SAM_SIDE,
              ResNetPart.Norm.FROZEN,
              0,
              false));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete TinyViT: " + e.getMessage(), e);
    }
  }
}

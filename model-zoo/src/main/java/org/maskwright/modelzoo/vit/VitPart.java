package org.maskwright.modelzoo.vit;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireRate;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.backbone.LayerNumbers;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.settings.Doc;

/** Plain vision transformers of several families; computed by {@link Vit}. */
public final class VitPart implements BackbonePart {
  /** Names of the pyramid's parameters, which weights trained without a model around lack. */
  public static final Pattern PYRAMID = VitCheckpoints.PYRAMID;

  private static final int MAP_CHANNELS = 256;
  private static final int HEAD_CHANNELS = 64;
  private static final Set<Integer> HUGE = Set.of(1280, 1408, 1664); // MAE's, CLIP's H, g and bigG
  private static final int HUGE_HEADS = 16;
  private static final String PREFIX = "backbone.";
  private static final String PATCHES = PREFIX + "patch_embed.proj.weight";
  private static final String POSITIONS = PREFIX + "pos_embed";
  private static final Pattern BLOCKS = Pattern.compile("blocks\\.(\\d+)\\.");
  private static final Pattern BEHIND = Pattern.compile("norm\\.|neck\\.|words\\.|simfp_");
  private static final String HELD_BACK = "sem_seg_head.predictor.attn_mask_probs";
  private static final String MASK_HEAD = "sem_seg_head.predictor.mask_head.0.weight";
  private static final String PROMPTS = "sem_seg_head.predictor.iou_token.weight";
  private static final String BLOCK = PREFIX + "blocks.";
  private static final String WORDS = PREFIX + "words.proj.weight";
  private static final String RELATIVE = BLOCK + "0.attn.rel_pos_h";
  private static final int TABLE_OF_TOKENS = 3; // its rank; of a grid 4

  @Override
  public String name() {
    return "vit";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }

  /**
   * What a plain transformer can be.
   *
   * @param family what differs beside sizes
   * @param patch side of a patch in pixels; maps are at strides of a quarter of it to twice it
   * @param width channels of a token
   * @param depth number of blocks
   * @param heads attention heads; divide the width
   * @param mlpDim hidden channels of a block's MLP; of a gated one those behind the gate
   * @param mlp what is between its layers
   * @param qkNorm whether queries and keys are normalised, head by head
   * @param grid side in patches of the images that the table of positions is for; 0 where positions
   *     are rotary
   * @param picture side in patches of each of the two pictures in a canvas, one above the other,
   *     which the relative positions are for; 0 where pictures stand alone
   * @param registers tokens without a place beside the class token
   * @param window side in tokens of the attention windows; 0 = every block attends everywhere
   * @param globalBlocks numbers of the blocks that attend everywhere in spite of windows, from 0
   * @param neck channels of the neck of Segment Anything; 0 in all other families
   * @param heldBack last blocks that the mask decoder runs, with its queries; 0 = the backbone runs
   *     all and gives four maps
   * @param mapChannels channels of the four maps; 0 = the only map is what the neck gives
   * @param wordWidth of the space of words of clip; 0 = the way there is left out
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   * @param checkpointing whether each block is computed again in the backward pass
   */
  public record Settings(
      @Doc(
              "Whose transformer, and so what differs beside sizes: dinov2, dinov2-patches (as EoMT"
                  + " has it), dinov3, mae, clip, sam or painter (as SegGPT has it).")
          VitFamily family,
      @Doc("Side of a patch in pixels; size-divisibility is a multiple of it.") int patch,
      @Doc("Channels of a token.") int width,
      @Doc("Number of blocks.") int depth,
      @Doc("Attention heads; divide the width.") int heads,
      @Doc("Hidden channels of a block's MLP.") int mlpDim,
      @Doc("What is between the MLP's layers: gelu, quick-gelu (OpenAI's CLIP) or swiglu.")
          VitActivation mlp,
      @Doc("Normalise queries and keys, head by head, as very large transformers do.")
          boolean qkNorm,
      @Doc(
              "Side in patches of the images that the table of positions is for; resized for"
                  + " others. 0 with dinov3.")
          int grid,
      @Doc(
              "Side in patches of each of the two pictures in a canvas, of painter; 0 in all other"
                  + " families.")
          int picture,
      @Doc("Register tokens beside the class token; of dinov2, dinov2-patches and dinov3.")
          int registers,
      @Doc("Side in tokens of attention windows, of sam; 0 = every block attends everywhere.")
          int window,
      @Doc("Numbers of the blocks that attend everywhere in spite of windows, from 0.")
          List<Integer> globalBlocks,
      @Doc("Channels of sam's neck; 0 in all other families.") int neck,
      @Doc(
              "Last blocks that the mask decoder runs: eomt with its queries among the tokens,"
                  + " in-context all of painter's; 0 = the backbone runs all and gives four maps.")
          int heldBack,
      @Doc(
              "Channels of the four maps, of a simple feature pyramid; 0, with sam and the decoder"
                  + " prompts = what the neck gives is the only map.")
          int mapChannels,
      @Doc(
              "Width of the text encoder's vectors, for scores by words, of clip; 0 = the projection"
                  + " is left out.")
          int wordWidth,
      @Doc("Drop-path probability of the last block, rising from 0 at the first; in [0,1).")
          double dropPath,
      @Doc(
              "Compute each block again in the backward pass: less memory, one more forward pass of"
                  + " the backbone.")
          boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges, and that switches are of the family. */
    public Settings {
      globalBlocks = List.copyOf(globalBlocks);
      requireCount("patch", patch);
      requireWidth("width", width);
      requireCount("depth", depth);
      requireCount("heads", heads);
      require(
          width % heads == 0 && (!family.isRotary() || width / heads % 4 == 0),
          "heads",
          "a divisor of width " + width + (family.isRotary() ? " into multiples of 4" : ""),
          heads);
      requireWidth("mlpDim", mlpDim);
      require(
          mapChannels > 0 && mapChannels <= Ranges.MAX_WIDTH || mapChannels == 0 && neck > 0,
          "mapChannels",
          neck > 0 ? "0 to " + Ranges.MAX_WIDTH : "1 to " + Ranges.MAX_WIDTH,
          mapChannels);
      require(
          heldBack == 0 || !family.isWindowed() && heldBack > 0 && heldBack <= depth,
          "heldBack",
          family.isWindowed() ? "0: windows have no place for queries" : "0 to depth " + depth,
          heldBack);
      require(
          !family.takesCanvases() || heldBack == depth,
          "heldBack",
          "depth " + depth + ": the mask decoder in-context runs all blocks of painter",
          heldBack);
      int words = family.hasFirstNorm() && heldBack == 0 ? Ranges.MAX_WIDTH : 0;
      require(
          wordWidth >= 0 && wordWidth <= words,
          "wordWidth",
          words > 0
              ? "0 to " + words
              : "0: only clip has words, with all of its blocks in the backbone",
          wordWidth);
      requireRate("dropPath", dropPath);
      require(
          family.takesCanvases() ? picture > 0 && picture <= Ranges.MAX_COUNT : picture == 0,
          "picture",
          family.takesCanvases()
              ? "1 to " + Ranges.MAX_COUNT
              : "0: the family takes single pictures",
          picture);
      require(
          family.isRotary() ? grid == 0 : grid > 0 && grid <= Ranges.MAX_COUNT,
          "grid",
          family.isRotary() ? "0: positions are rotary" : "1 to " + Ranges.MAX_COUNT,
          grid);
      require(
          registers == 0
              || family.hasLayerScale() && registers > 0 && registers <= Ranges.MAX_COUNT,
          "registers",
          family.hasLayerScale() ? "0 to " + Ranges.MAX_COUNT : "0: the family has none",
          registers);
      require(
          window == 0 || family.isWindowed() && window > 0 && window <= Ranges.MAX_COUNT,
          "window",
          family.isWindowed() ? "0 to " + Ranges.MAX_COUNT : "0: the family has none",
          window);
      int blocks = depth;
      require(
          globalBlocks.stream().allMatch(b -> b >= 0 && b < blocks)
              && (window > 0 || globalBlocks.isEmpty()),
          "globalBlocks",
          window > 0 ? "numbers from 0 to " + (depth - 1) : "none without windows",
          globalBlocks);
      require(
          family.isWindowed() ? neck > 0 && neck <= Ranges.MAX_WIDTH : neck == 0,
          "neck",
          family.isWindowed() ? "1 to " + Ranges.MAX_WIDTH : "0: the family has none",
          neck);
      require(
          (neck == 0 ? width : neck) % 4 == 0,
          neck == 0 ? "width" : "neck",
          "a multiple of 4",
          neck == 0 ? width : neck);
    }

    /** Without a way to the space of words. */
    public Settings(
        VitFamily family,
        int patch,
        int width,
        int depth,
        int heads,
        int mlpDim,
        VitActivation mlp,
        boolean qkNorm,
        int grid,
        int picture,
        int registers,
        int window,
        List<Integer> globalBlocks,
        int neck,
        int heldBack,
        int mapChannels,
        double dropPath,
        boolean checkpointing) {
      this(
          family,
          patch,
          width,
          depth,
          heads,
          mlpDim,
          mlp,
          qkNorm,
          grid,
          picture,
          registers,
          window,
          globalBlocks,
          neck,
          heldBack,
          mapChannels,
          0,
          dropPath,
          checkpointing);
    }

    /** Of a family that takes single pictures. */
    public Settings(
        VitFamily family,
        int patch,
        int width,
        int depth,
        int heads,
        int mlpDim,
        VitActivation mlp,
        boolean qkNorm,
        int grid,
        int registers,
        int window,
        List<Integer> globalBlocks,
        int neck,
        int heldBack,
        int mapChannels,
        double dropPath,
        boolean checkpointing) {
      this(
          family,
          patch,
          width,
          depth,
          heads,
          mlpDim,
          mlp,
          qkNorm,
          grid,
          0,
          registers,
          window,
          globalBlocks,
          neck,
          heldBack,
          mapChannels,
          dropPath,
          checkpointing);
    }

    /** The same with the last blocks left to a mask decoder. */
    Settings withHeldBack(int blocks) {
      return with(heads, blocks, mapChannels);
    }

    /** The same with another number of attention heads. */
    public Settings withHeads(int number) {
      return with(number, heldBack, mapChannels);
    }

    /** The same with what the neck gives as its only map, in place of a pyramid. */
    Settings withoutPyramid() {
      return with(heads, heldBack, 0);
    }

    /** The same with a way to a space of words of that width; 0 = without. */
    public Settings withWordWidth(int other) {
      return with(heads, heldBack, mapChannels, other);
    }

    /** The same with other MLPs. */
    Settings withMlp(VitActivation other) {
      return with(heads, heldBack, mapChannels, wordWidth, other);
    }

    private Settings with(int someHeads, int blocks, int channels) {
      return with(someHeads, blocks, channels, blocks == 0 ? wordWidth : 0);
    }

    private Settings with(int someHeads, int blocks, int channels, int words) {
      return with(someHeads, blocks, channels, words, mlp);
    }

    private Settings with(
        int someHeads, int blocks, int channels, int words, VitActivation activation) {
      return new Settings(
          family,
          patch,
          width,
          depth,
          someHeads,
          mlpDim,
          activation,
          qkNorm,
          grid,
          picture,
          registers,
          window,
          globalBlocks,
          neck,
          blocks,
          channels,
          words,
          dropPath,
          checkpointing);
    }

    /** Not of those that know places from a rotation or from relative positions. */
    @Override
    public boolean hidesPatches() {
      return heldBack == 0 && !family.isRotary() && !family.hasRelativePositions();
    }

    @Override
    public OptionalInt wordSide() {
      return wordWidth == 0 ? OptionalInt.empty() : OptionalInt.of(grid * patch);
    }

    /** Which GELU CLIP's MLPs have. */
    @Override
    public Optional<Record> unseen() {
      return family.hasFirstNorm() ? Optional.of(new Mlp(mlp)) : Optional.empty();
    }

    @Override
    public BackboneConfig withUnseen(Record unseen) {
      return unseen instanceof Mlp other && family.hasFirstNorm()
          ? withMlp(other.activation())
          : this;
    }

    boolean isGlobal(int block) {
      return window == 0 || globalBlocks.contains(block);
    }

    /** The map whose relative positions a block tells apart; empty if it tells none. */
    Optional<RelativePositions.Map> relativeMap(int block) {
      if (!family.hasRelativePositions()) {
        return Optional.empty();
      }
      if (family.takesCanvases()) {
        return Optional.of(new RelativePositions.Map(2 * picture, picture));
      }
      int side = isGlobal(block) ? grid : window;
      return Optional.of(new RelativePositions.Map(side, side));
    }

    @Override
    public Backbone build(Engine engine, int inputs) {
      return new Vit(engine, this, inputs);
    }

    /** How often a map of patches is doubled for masks at a stride of four pixels, or nearly. */
    public int doublings() {
      return Math.max(1, 29 - Integer.numberOfLeadingZeros(patch)); // log2(patch) - 2
    }

    /** Rounded down where a patch is no multiple of it. */
    @Override
    public int finestStride() {
      return Math.max(1, heldBack > 0 ? patch >> doublings() : patch / 4);
    }

    @Override
    public Map<String, HostTensor> fitted(StateDict state) {
      return Refit.of(this, state);
    }

    /** EoMT's and Segment Anything's: those that the table of positions is for. */
    @Override
    public OptionalInt imageSide() {
      return (heldBack > 0 || mapChannels == 0) && grid > 0 && !family.takesCanvases()
          ? OptionalInt.of(grid * patch)
          : OptionalInt.empty();
    }

    @Override
    public OptionalInt canvasPicture() {
      return family.takesCanvases() ? OptionalInt.of(picture * patch) : OptionalInt.empty();
    }

    /** Canvases have the size that they have. */
    @Override
    public int sizeDivisibility(int usual) {
      return family.takesCanvases() ? patch : BackboneConfig.super.sizeDivisibility(usual);
    }

    @Override
    public OptionalInt mapWidth() {
      return mapChannels == 0 ? OptionalInt.of(neck) : OptionalInt.empty();
    }

    @Override
    public OptionalInt tokenWidth() {
      return heldBack > 0 ? OptionalInt.of(width) : OptionalInt.empty();
    }

    /**
     * A layer is a block; what is before the first counts to it, what is behind the last to that.
     *
     * <p><b>Source</b> the official code of EoMT (arXiv 2503.19108). BEiT and timm count what is
     * before the first block as a layer of its own, and all blocks one lower
     */
    @Override
    public Optional<LayerNumbers> layers() {
      return Optional.of(new LayerNumbers(depth, this::layer));
    }

    private int layer(String parameter) {
      Matcher block = BLOCKS.matcher(parameter);
      if (block.lookingAt()) {
        return Integer.parseInt(block.group(1));
      }
      return BEHIND.matcher(parameter).lookingAt() ? depth - 1 : 0;
    }

    @Override
    public Optional<String> cautionWithoutWeights() {
      return Optional.of(
          "a plain transformer learns little from random values on few images; give init.backbone"
              + " weights of "
              + family.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
  }

  /** What is between the layers of CLIP's MLPs, of which weights show nothing. */
  public record Mlp(VitActivation activation) {}

  @Override
  public Map<String, BackboneConfig> published() {
    return new LinkedHashMap<>(VitSizes.all());
  }

  @Override
  public Pattern added() {
    return PYRAMID;
  }

  @Override
  public List<CheckpointFamily> families() {
    return VitCheckpoints.ALL;
  }

  @Override
  public Optional<BackboneConfig> deduce(StateDict state) {
    if (!state.contains(PATCHES) || !state.contains(BLOCK + "0.attn.qkv.weight")) {
      return Optional.empty();
    }
    try {
      return Optional.of(settings(state));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete plain transformer: " + e.getMessage(), e);
    }
  }

  private static Settings settings(StateDict state) {
    VitFamily family = family(state);
    String mlp = BLOCK + "0.mlp.";
    boolean gated = state.contains(mlp + "w12.weight");
    int width = state.size(PATCHES, 0);
    int depth = state.count("backbone\\.blocks\\.(\\d+)\\.norm1\\.weight");
    int grid = grid(state, family);
    List<Integer> sides = sides(state, family, depth);
    int window = sides.stream().filter(side -> side != grid).findFirst().orElse(0);
    List<Integer> global = new ArrayList<>();
    for (int b = 0; window > 0 && b < depth; b++) {
      if (sides.get(b) == grid) {
        global.add(b);
      }
    }
    String map = PREFIX + "simfp_4.0.weight";
    return new Settings(
        family,
        state.size(PATCHES, 2),
        width,
        depth,
        heads(state, width),
        gated ? state.size(mlp + "w3.weight", 1) : state.size(mlp + "fc1.weight", 0),
        gated
            ? VitActivation.SWIGLU
            : family.hasFirstNorm() ? VitActivation.QUICK_GELU : VitActivation.GELU,
        state.contains(BLOCK + "0.attn.q_norm.weight"),
        grid,
        picture(state, family),
        optionalSize(state, PREFIX + "register_tokens", 1, 0),
        window,
        global,
        optionalSize(state, PREFIX + "neck.0.weight", 0, 0),
        family.takesCanvases() ? depth : heldBack(state, width),
        optionalSize(state, map, 0, state.contains(PROMPTS) ? 0 : MAP_CHANNELS),
        optionalSize(state, WORDS, 0, 0),
        0,
        false);
  }

  /** Of a file that does not say it as many as its width has in published models. */
  private static int heldBack(StateDict state, int width) {
    if (state.contains(HELD_BACK)) {
      return state.size(HELD_BACK, 0);
    }
    return state.contains(MASK_HEAD) ? VitSizes.queryBlocks(width) : 0;
  }

  private static int optionalSize(StateDict state, String key, int axis, int absent) {
    return state.contains(key) ? state.size(key, axis) : absent;
  }

  private static VitFamily family(StateDict state) {
    if (state.contains(RELATIVE)) {
      return state.contains(POSITIONS) && state.get(POSITIONS).rank() == TABLE_OF_TOKENS
          ? VitFamily.PAINTER
          : VitFamily.SAM;
    }
    if (state.contains(PREFIX + "norm_pre.weight")) {
      return VitFamily.CLIP;
    }
    if (!state.contains(POSITIONS)) {
      return VitFamily.DINOV3;
    }
    if (!state.contains(BLOCK + "0.ls1.gamma")) {
      return VitFamily.MAE;
    }
    int tokens = state.size(POSITIONS, 1);
    return root(tokens) * root(tokens) == tokens ? VitFamily.DINOV2_PATCHES : VitFamily.DINOV2;
  }

  private static int root(int square) {
    return (int) Math.round(Math.sqrt(square));
  }

  private static int grid(StateDict state, VitFamily family) {
    return switch (family.table()) {
      case NONE -> 0;
      case GRID -> state.size(POSITIONS, 1);
      case OF_PATCHES -> root(state.size(POSITIONS, 1));
      case OF_CLASS_AND_PATCHES -> root(state.size(POSITIONS, 1) - 1);
    };
  }

  /** Of the map whose relative positions each block tells apart; empty where there are none. */
  private static List<Integer> sides(StateDict state, VitFamily family, int depth) {
    List<Integer> out = new ArrayList<>();
    for (int b = 0; family.isWindowed() && b < depth; b++) {
      out.add((state.size(BLOCK + b + ".attn.rel_pos_h", 0) + 1) / 2);
    }
    return out;
  }

  /** Half as high as the canvas, and as wide. */
  private static int picture(StateDict state, VitFamily family) {
    return family.takesCanvases() ? (state.size(BLOCK + "0.attn.rel_pos_w", 0) + 1) / 2 : 0;
  }

  /** Seen in relative positions alone; else 64 channels for each, but 16 in the huge ones. */
  private static int heads(StateDict state, int width) {
    if (state.contains(RELATIVE)) {
      return width / state.size(RELATIVE, 1);
    }
    return HUGE.contains(width) ? HUGE_HEADS : Math.max(1, width / HEAD_CHANNELS);
  }
}

package org.maskwright.modelzoo.vit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.Encoder;
import org.maskwright.modelzoo.backbone.Neck;
import org.maskwright.modelzoo.backbone.PatchEncoder;
import org.maskwright.modelzoo.backbone.PatchGrid;
import org.maskwright.modelzoo.backbone.Summary;
import org.maskwright.modelzoo.backbone.TokenEncoder;
import org.maskwright.modelzoo.backbone.WordProjection;
import org.maskwright.modelzoo.backbone.WordSpace;

/**
 * A plain vision transformer (arXiv 2010.11929): patches of an image as tokens, a class token and
 * registers before them, equal blocks. As a backbone it gives the four maps of a simple feature
 * pyramid ({@link SimplePyramid}) over its last tokens; with blocks that are held back, the tokens
 * before these, which are a mask decoder's to run.
 *
 * <p>Parameters have the names of the official DINOv2 and MAE code: {@code cls_token}, {@code
 * register_tokens}, {@code pos_embed}, {@code patch_embed.proj}, {@code blocks.N.*}, {@code norm};
 * of Segment Anything also {@code neck.N}, of CLIP {@code words.proj}.
 *
 * <p><b>Differs</b> from ViTDet: the pyramid starts from the normalised tokens, or from the neck
 * where there is one.
 */
public final class Vit extends Backbone {
  private static final double STD = 0.02;
  private static final int MAPS = 4;
  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.");
  private final VitPart.Settings settings;
  private final Parameter classToken;
  private final Parameter registers;
  private final PositionTable positions;
  private final PatchEmbed patchEmbed;
  private final LayerNorm firstNorm;
  private final ModuleList<VitBlock> blocks;
  private final LayerNorm norm;
  private final Neck neck;
  private final WordProjection words;
  private final List<SimplePyramid> pyramid = new ArrayList<>();

  /**
   * Linear layers Xavier-uniform, tokens and positions N(0, 0.02^2); the rest of the field's
   * default.
   *
   * @param inputs channels of the pictures
   */
  public Vit(Engine engine, VitPart.Settings settings, int inputs) {
    super(engine);
    this.settings = settings;
    VitFamily family = settings.family();
    int channels = settings.width();
    classToken = family.hasClassToken() ? parameter("cls_token", tokens(1)) : null;
    registers =
        settings.registers() > 0
            ? parameter("register_tokens", tokens(settings.registers()))
            : null;
    positions = PositionTable.of(engine, this::parameter, settings);
    patchEmbed = child("patch_embed", new PatchEmbed(engine, settings, inputs));
    firstNorm =
        family.hasFirstNorm()
            ? child("norm_pre", new LayerNorm(engine, channels, family.eps()))
            : null;
    blocks = child("blocks", new ModuleList<>(engine));
    for (int b = 0; b < settings.depth(); b++) {
      blocks.add(new VitBlock(engine, settings, b));
    }
    neck = settings.neck() > 0 ? child("neck", new Neck(engine, channels, settings.neck())) : null;
    norm = neck == null ? child("norm", new LayerNorm(engine, channels, family.eps())) : null;
    words =
        settings.wordWidth() > 0
            ? child(
                "words",
                new WordProjection(
                    engine,
                    new WordProjection.Layers(channels, settings.wordWidth(), 0, false),
                    this::ofClassToken))
            : null;
    int in = neck == null ? channels : settings.neck();
    int maps = settings.heldBack() == 0 && settings.mapChannels() > 0 ? MAPS : 0;
    for (int i = 0; i < maps; i++) {
      SimplePyramid level = new SimplePyramid(engine, in, settings.mapChannels(), 2 - i);
      pyramid.add(child("simfp_" + (i + 2), level));
    }
  }

  private Tensor tokens(int count) {
    return engine().normal(initStream(), 0, STD, 1, count, settings.width());
  }

  private static final class PatchEmbed extends Module {
    private final Conv2d proj;
    private final int side;

    PatchEmbed(Engine engine, VitPart.Settings settings, int inputs) {
      super(engine);
      side = settings.patch();
      long[] shape = {settings.width(), inputs, side, side};
      proj =
          child(
              "proj",
              new Conv2d(
                  Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape),
                  settings.family().hasFirstNorm()
                      ? null
                      : Init.biasUniform(engine, initStream(), shape),
                  Conv2dSpec.of(side, 0)));
    }

    /** Patches [B,V,I*p*p], channel by channel and row by row, to [B,V,C]. */
    Tensor ofPatches(Tensor patches) {
      Tensor weight = proj.weight().tensor();
      Tensor bias = proj.bias() == null ? null : proj.bias().tensor();
      return patches.linear(weight.flatten(1, 3), bias);
    }

    /** pixels [B,I,H,W], padded right and below with 0 to whole patches, to [B,C,h,w]. */
    Tensor forward(Tensor pixels) {
      long[] after = {
        0, 0, Math.floorMod(-pixels.size(2), side), Math.floorMod(-pixels.size(3), side)
      };
      return proj.forward(pixels.pad(new long[4], after, 0));
    }
  }

  /** What it was built from. */
  public VitPart.Settings settings() {
    return settings;
  }

  /**
   * Tokens with where they stand.
   *
   * @param values [B,L,C]
   */
  public record Tokens(Tensor values, TokenGrid grid) {}

  /** The tokens before the first block: class token and registers, then patches with positions. */
  public Tokens embed(Tensor pixels) {
    Tensor map = patchEmbed.forward(pixels);
    int height = map.intSize(2);
    int width = map.intSize(3);
    Tensor patches = map.flatten(2, 3).transpose(1, 2); // [B,N,C]
    if (positions != null) {
      patches = patches.add(positions.ofPatches(height, width));
    }
    Tensor all = Tensor.concat(1, withOwn(patches));
    int placeless = all.intSize(1) - height * width;
    return new Tokens(
        firstNorm == null ? all : firstNorm.forward(all), grid(placeless, height, width));
  }

  /** Class token and registers of each image, then its patches [B,V,C]. */
  private Tensor[] withOwn(Tensor patches) {
    List<Tensor> parts = new ArrayList<>();
    if (classToken != null) {
      Tensor at = positions == null ? null : positions.ofClass();
      parts.add(at == null ? classToken.tensor() : classToken.tensor().add(at));
    }
    if (registers != null) {
      parts.add(registers.tensor());
    }
    long batch = patches.size(0);
    parts.replaceAll(part -> part.expand(batch, part.size(1), part.size(2)));
    parts.add(patches);
    return parts.toArray(Tensor[]::new);
  }

  @Override
  public Optional<PatchEncoder> patchEncoder() {
    return settings.hidesPatches() ? Optional.of(new OfSomePatches()) : Optional.empty();
  }

  private final class OfSomePatches implements PatchEncoder {
    @Override
    public int width() {
      return settings.width();
    }

    @Override
    public int patch() {
      return settings.patch();
    }

    @Override
    public int inputs() {
      return patchEmbed.proj.weight().tensor().intSize(1);
    }

    @Override
    public int grid() {
      return settings.grid();
    }

    @Override
    public int placeless() {
      return 1 + settings.registers();
    }

    @Override
    public void fixPositions() {
      positions.fix();
    }

    @Override
    public Tensor encode(Tensor pixels, Tensor seen) {
      return engine().tidy(scope -> encodeSeen(pixels, seen));
    }
  }

  private Tensor encodeSeen(Tensor pixels, Tensor seen) {
    int side = settings.patch();
    int height = pixels.intSize(2) / side;
    int width = pixels.intSize(3) / side;
    if (pixels.size(2) % side != 0
        || pixels.size(3) % side != 0
        || seen.rank() != 2
        || seen.size(0) != pixels.size(0)) {
      throw new IllegalArgumentException(
          "vit: expected pixels [B,C,H,W] of whole patches of %d and the numbers of those seen [B,V], got %s and %s"
              .formatted(side, pixels, seen));
    }
    Tensor rows = PatchGrid.of(pixels, side); // [B,N,I*p*p]
    Tensor patches = patchEmbed.ofPatches(PatchGrid.at(rows, seen));
    long count = seen.size(1);
    Tensor places = positions.ofPatches(height, width).squeeze(0);
    Tensor at = places.indexSelect(0, seen.flatten(0, 1)).reshape(-1, count, settings.width());
    Tensor all = Tensor.concat(1, withOwn(patches.add(at)));
    Tensor tokens = firstNorm == null ? all : firstNorm.forward(all);
    int own = all.intSize(1) - seen.intSize(1);
    TokenGrid grid = new TokenGrid(own, 1, seen.intSize(1), Optional.empty());
    for (int b = 0; b < settings.depth(); b++) {
      tokens = block(b, tokens, grid, null, UnaryOperator.identity());
    }
    return normalized(tokens);
  }

  /**
   * Where tokens stand.
   *
   * @param placeless number of tokens before the patches
   */
  public TokenGrid grid(int placeless, int height, int width) {
    return new TokenGrid(
        placeless,
        height,
        width,
        settings.family().isRotary()
            ? Optional.of(
                TokenGrid.Rotation.of(
                    engine(), placeless, height, width, settings.width() / settings.heads()))
            : Optional.empty());
  }

  /**
   * Runs a block.
   *
   * @param tokens [B,L,C]
   * @param grid where the L tokens stand
   * @param blocked bool, broadcasts to [B,1,L,L], true = may not attend; or null
   * @param attended what becomes of the attention's output [B,L,C] before it is added
   * @return of the same shape
   */
  private Tensor block(
      int block, Tensor tokens, TokenGrid grid, Tensor blocked, UnaryOperator<Tensor> attended) {
    VitBlock run = blocks.get(block);
    if (!settings.checkpointing()) {
      return run.forward(tokens, grid, blocked, attended);
    }
    List<Tensor> inputs = new ArrayList<>(List.of(tokens)); // what a block reads outlives its scope
    grid.rotation().ifPresent(r -> inputs.addAll(List.of(r.cos(), r.sin())));
    if (blocked != null) {
      inputs.add(blocked);
    }
    return engine()
        .checkpoint(
            x -> {
              TokenGrid again = grid.rotation().isPresent() ? grid.turnedBy(x[1], x[2]) : grid;
              Tensor closed = blocked == null ? null : x[x.length - 1];
              return run.forward(x[0], again, closed, attended);
            },
            inputs.toArray(Tensor[]::new));
  }

  /** The tokens behind the last block, not normalised. */
  public Tokens encode(Tensor pixels) {
    return encode(pixels, settings.depth());
  }

  /** The tokens behind so many blocks. */
  private Tokens encode(Tensor pixels, int blocks) {
    Tokens tokens = embed(pixels);
    Tensor y = tokens.values();
    for (int b = 0; b < blocks; b++) {
      y = block(b, y, tokens.grid(), null, UnaryOperator.identity());
    }
    return new Tokens(y, tokens.grid());
  }

  /** The final normalisation of tokens [..,C]; of a family with a neck the identity. */
  public Tensor normalized(Tensor tokens) {
    return norm == null ? tokens : norm.forward(tokens);
  }

  /** The class token behind the last block, normalised: [B,C]. */
  private Tensor ofClassToken(Tensor pixels) {
    return normalized(encode(pixels).values().slice(1, 0, 1)).squeeze(1);
  }

  @Override
  public Optional<WordSpace> wordSpace() {
    return Optional.ofNullable(words);
  }

  /**
   * The features of an image's patches: normalised tokens, or what the neck makes of them.
   *
   * @return [B,C,h,w], h = H/patch and w = W/patch rounded up
   */
  public Tensor features(Tensor pixels) {
    return engine()
        .tidy(
            scope -> {
              Tokens tokens = encode(pixels);
              TokenGrid grid = tokens.grid();
              Tensor values = tokens.values();
              Tensor map = grid.map(normalized(values.slice(1, grid.placeless(), values.size(1))));
              return neck == null ? map : neck.forward(map);
            });
  }

  /** Of the last block, without the pyramid, which is new with each model. */
  @Override
  public Tensor summary(Tensor pixels, Summary of) {
    summaryWidth(of);
    return engine()
        .tidy(scope -> of == Summary.MEAN ? features(pixels).mean(2, 3) : ofClassToken(pixels));
  }

  @Override
  public int summaryWidth(Summary of) {
    if (of == Summary.CLASS_TOKEN && classToken == null) {
      throw new IllegalArgumentException(
          "summary: expected mean, as a transformer of this family has no class token, got class-token");
    }
    return neck == null || of == Summary.CLASS_TOKEN ? settings.width() : settings.neck();
  }

  /**
   * The four maps, at strides of a quarter of a patch, half a patch, a patch and two: those of
   * {@link Backbone} with patches of 16 pixels. With blocks that are held back two maps: the
   * patches before these [B,C,h,w], and the tokens without a place [B,C,P,1]. With maps of 0
   * channels the only map is what the neck gives.
   */
  @Override
  public List<Tensor> forward(Tensor pixels) {
    if (settings.heldBack() > 0) {
      return begun(pixels);
    }
    return mapsOf(features(pixels));
  }

  /**
   * The transformer with what it ends with; the pyramid is new with each model. With blocks that
   * are held back what is before these: the decoder's learn.
   */
  @Override
  public Encoder encoder() {
    int held = settings.depth() - settings.heldBack();
    Map<String, Parameter> state = new LinkedHashMap<>(state());
    state.keySet().removeIf(name -> isOfModel(name, held));
    return settings.heldBack() > 0
        ? new Encoder(this::begun, UnaryOperator.identity(), state)
        : new Encoder(pixels -> List.of(features(pixels)), maps -> mapsOf(maps.get(0)), state);
  }

  private boolean isOfModel(String name, int held) {
    Matcher block = BLOCK.matcher(name);
    return name.startsWith("simfp_")
        || settings.heldBack() > 0
            && (name.startsWith("norm.")
                || block.lookingAt() && Integer.parseInt(block.group(1)) >= held);
  }

  private List<Tensor> mapsOf(Tensor map) {
    if (pyramid.isEmpty()) {
      return List.of(map);
    }
    return pyramid.stream().map(level -> level.forward(map)).toList();
  }

  private List<Tensor> begun(Tensor pixels) {
    Tokens tokens = encode(pixels, settings.depth() - settings.heldBack());
    TokenGrid grid = tokens.grid();
    Tensor values = tokens.values();
    Tensor placeless = values.slice(1, 0, grid.placeless()).transpose(1, 2).unsqueeze(3);
    return List.of(grid.map(values.slice(1, grid.placeless(), values.size(1))), placeless);
  }

  @Override
  public Optional<TokenEncoder> tokenEncoder() {
    return settings.heldBack() > 0 ? Optional.of(new HeldBack()) : Optional.empty();
  }

  private final class HeldBack implements TokenEncoder {
    @Override
    public int width() {
      return settings.width();
    }

    @Override
    public int patch() {
      return settings.patch();
    }

    @Override
    public int blocks() {
      return settings.heldBack();
    }

    @Override
    public int doublings() {
      return settings.doublings();
    }

    @Override
    public OptionalInt canvasPicture() {
      return settings.canvasPicture();
    }

    @Override
    public Blocks over(int placeless, int height, int width) {
      TokenGrid grid = grid(placeless, height, width);
      int first = settings.depth() - settings.heldBack();
      return (block, tokens, blocked, attended) ->
          block(first + block, tokens, grid, blocked, attended);
    }

    @Override
    public Tensor positions(int height, int width) {
      if (positions == null) {
        throw new IllegalStateException("vit: expected a table of positions, got rotary ones");
      }
      return positions.ofPatches(height, width);
    }

    @Override
    public Tensor normalized(Tensor tokens) {
      return Vit.this.normalized(tokens);
    }
  }

  @Override
  public List<Integer> channels() {
    if (settings.heldBack() > 0) {
      return List.of(settings.width(), settings.width());
    }
    return pyramid.isEmpty()
        ? List.of(settings.neck())
        : Collections.nCopies(MAPS, settings.mapChannels());
  }
}

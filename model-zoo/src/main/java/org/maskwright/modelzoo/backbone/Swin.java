package org.maskwright.modelzoo.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Swin transformer in its segmentation variant: any input size, windows padded and shifted
 * everywhere, a normalisation of its own for each output.
 *
 * <p><b>Source</b> arXiv 2103.14030; the variant of Swin-Transformer-Semantic-Segmentation
 */
public final class Swin extends Backbone {
  private static final int STAGES = 4;
  private static final int PATCH = 4;
  private final PatchEmbed patchEmbed;
  private final ModuleList<Stage> stages;
  private final List<LayerNorm> norms = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private final boolean checkpointing;

  /**
   * Linear layers with the field's default, bias tables truncated N(0, 0.02).
   *
   * @param inputs channels of the pictures
   */
  public Swin(Engine engine, SwinPart.Settings config, int inputs) {
    super(engine);
    checkpointing = config.checkpointing();
    patchEmbed = child("patch_embed", new PatchEmbed(engine, inputs, config.embedDim()));
    stages = child("layers", new ModuleList<>(engine));
    for (int s = 0; s < STAGES; s++) {
      stages.add(new Stage(engine, config, s));
      channels.add(config.embedDim() << s);
    }
    for (int s = 0; s < STAGES; s++) {
      norms.add(child("norm" + s, new LayerNorm(engine, channels.get(s))));
    }
  }

  private static final class PatchEmbed extends Module {
    private final Conv2d proj;
    private final LayerNorm norm;

    PatchEmbed(Engine engine, int in, int out) {
      super(engine);
      long[] shape = {out, in, PATCH, PATCH};
      proj =
          child(
              "proj",
              new Conv2d(
                  Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape),
                  Init.biasUniform(engine, initStream(), shape),
                  Conv2dSpec.of(PATCH, 0)));
      norm = child("norm", new LayerNorm(engine, out));
    }

    /** pixels [B,C,H,W] to [B,H/4,W/4,C]. */
    Tensor forward(Tensor pixels) {
      long[] after = {0, 0, missing(pixels.size(2), PATCH), missing(pixels.size(3), PATCH)};
      return norm.forward(proj.forward(pixels.pad(new long[4], after, 0)).permute(0, 2, 3, 1));
    }
  }

  private static long missing(long size, int multiple) {
    return Math.floorMod(-size, multiple);
  }

  private static final class Stage extends Module {
    private final ModuleList<SwinBlock> blocks;
    private final Merge downsample;
    private final int side;

    Stage(Engine engine, SwinPart.Settings config, int stage) {
      super(engine);
      side = config.window();
      int channels = config.embedDim() << stage;
      int before = config.depths().stream().limit(stage).mapToInt(d -> d).sum();
      int last = config.depths().stream().mapToInt(d -> d).sum() - 1;
      blocks = child("blocks", new ModuleList<>(engine));
      for (int b = 0; b < config.depths().get(stage); b++) {
        blocks.add(
            new SwinBlock(
                engine,
                channels,
                config.heads().get(stage),
                side,
                b % 2 == 0 ? 0 : side / 2,
                config.mlpRatio(),
                last == 0 ? 0 : config.dropPath() * (before + b) / last));
      }
      downsample = stage == STAGES - 1 ? null : child("downsample", new Merge(engine, channels));
    }

    /** x [B,H,W,C] to the same shape. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                Windows windows = new Windows(x.intSize(1), x.intSize(2), side);
                boolean shifts = blocks.asList().stream().anyMatch(SwinBlock::isShifted);
                Tensor separation = shifts ? windows.separation(engine(), side / 2) : null;
                Tensor y = x;
                for (SwinBlock block : blocks.asList()) {
                  y = block.forward(y, windows, separation);
                }
                return y;
              });
    }
  }

  /** Joins 2x2 tokens: half the sides, twice the channels. */
  private static final class Merge extends Module {
    private final Linear reduction;
    private final LayerNorm norm;

    Merge(Engine engine, int channels) {
      super(engine);
      long[] shape = {2L * channels, 4L * channels};
      reduction =
          child(
              "reduction",
              Linear.with(
                  Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape), null));
      norm = child("norm", new LayerNorm(engine, 4 * channels));
    }

    /** x [B,H,W,C] to [B,H/2,W/2,2C], sizes rounded up. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                long[] after = {0, missing(x.size(1), 2), missing(x.size(2), 2), 0};
                Tensor even = x.pad(new long[4], after, 0);
                long h = even.size(1);
                long w = even.size(2);
                Tensor[] parts = new Tensor[4];
                for (int i = 0; i < parts.length; i++) { // rows first: (0,0) (1,0) (0,1) (1,1)
                  parts[i] = even.slice(1, i % 2, h, 2).slice(2, i / 2, w, 2);
                }
                return reduction.forward(norm.forward(Tensor.concat(3, parts)));
              });
    }
  }

  @Override
  public List<Integer> channels() {
    return List.copyOf(channels);
  }

  @Override
  public List<Tensor> forward(Tensor pixels) {
    return run(pixels, this::map);
  }

  /** The stages; the normalisation of each map is new with each model. */
  @Override
  public Encoder encoder() {
    return new Encoder(
        pixels -> run(pixels, (s, out) -> out),
        features -> IntStream.range(0, STAGES).mapToObj(s -> map(s, features.get(s))).toList(),
        MapNorms.without(state()));
  }

  /** What is made of the output [B,H,W,C] of each stage. */
  private List<Tensor> run(Tensor pixels, BiFunction<Integer, Tensor, Tensor> made) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = engine().tidy(scope -> patchEmbed.forward(pixels)); // [B,H,W,C]
    for (int s = 0; s < STAGES; s++) {
      Stage stage = stages.get(s);
      y = checkpointing ? engine().checkpoint(x -> stage.forward(x[0]), y) : stage.forward(y);
      maps.add(made.apply(s, y));
      if (stage.downsample != null) {
        y = stage.downsample.forward(y);
      }
    }
    return maps;
  }

  /** [B,H,W,C] to [B,C,H,W]. */
  private Tensor map(int stage, Tensor out) {
    return engine().tidy(scope -> norms.get(stage).forward(out).permute(0, 3, 1, 2));
  }
}

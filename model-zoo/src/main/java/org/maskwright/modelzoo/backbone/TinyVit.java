package org.maskwright.modelzoo.backbone;

import java.util.List;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.DropPath;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * TinyViT as MobileSAM's encoder: two convolutions of stride 2, a stage of inverted residuals,
 * three stages of attention within windows, and Segment Anything's neck over the last; its only map
 * has a stride of 16. Any input size: convolutions round up, windows are padded right and below.
 *
 * <p>Names {@code patch_embed.convN}, {@code layers.S.blocks.B}, {@code layers.S.downsample},
 * {@code neck.N}.
 *
 * <p><b>Source</b> arXiv 2207.10666, sec. 3.2; arXiv 2306.14289. The released code of MobileSAM,
 * unlike TinyViT's own, does not halve the map before the last stage. <b>Differs</b>: the last
 * normalisation of an inverted residual starts as the identity, there as 0
 */
public final class TinyVit extends Backbone {
  /** Pixels of a place of the map. */
  static final int STRIDE = 16;

  /** Inner channels of inverted residuals and of MLPs by those of the stage. */
  static final int EXPANSION = 4;

  private static final int STAGES = 4;
  private final Stem stem;
  private final ModuleList<Stage> stages;
  private final Neck neck;
  private final int channels;
  private final boolean checkpointing;

  /**
   * Convolutions N(0, 2 / fanOut), linear layers truncated N(0, 0.02), biases 0.
   *
   * @param inputs channels of the pictures
   */
  public TinyVit(Engine engine, TinyVitPart.Settings config, int inputs) {
    super(engine);
    checkpointing = config.checkpointing();
    channels = config.neck();
    stem = child("patch_embed", new Stem(engine, config, inputs));
    stages = child("layers", new ModuleList<>(engine));
    for (int s = 0; s < STAGES; s++) {
      stages.add(new Stage(engine, config, s));
    }
    neck = child("neck", new Neck(engine, config.channels().get(STAGES - 1), channels));
  }

  /** A quarter of the sides. */
  private static final class Stem extends Module {
    private final ConvNorm conv1;
    private final ConvNorm conv2;

    Stem(Engine engine, TinyVitPart.Settings config, int inputs) {
      super(engine);
      int out = config.channels().get(0);
      conv1 = child("conv1", new ConvNorm(engine, inputs, out / 2, 3, 2, config.norm()));
      conv2 = child("conv2", new ConvNorm(engine, out / 2, out, 3, 2, config.norm()));
    }

    Tensor forward(Tensor pixels) {
      return engine().tidy(scope -> conv2.forward(conv1.forward(pixels, Activation.GELU)));
    }
  }

  /** A map [B,C,H,W] to one of the same shape. */
  abstract static class Block extends Module {
    Block(Engine engine) {
      super(engine);
    }

    abstract Tensor forward(Tensor x);
  }

  private static ConvNorm depthwise(Engine engine, int channels, int stride, ResNetPart.Norm norm) {
    return new ConvNorm(
        engine,
        new ConvNorm.Layer(
            channels, channels, 3, stride, channels, ConvNorm.Padding.EVEN, ConvNorm.EPS),
        norm);
  }

  private static final class Stage extends Module {
    private final ModuleList<Block> blocks;
    private final Merge downsample;

    Stage(Engine engine, TinyVitPart.Settings config, int stage) {
      super(engine);
      List<Integer> depths = config.depths();
      int before = depths.subList(0, stage).stream().mapToInt(d -> d).sum();
      int last = depths.stream().mapToInt(d -> d).sum() - 1;
      blocks = child("blocks", new ModuleList<>(engine));
      int width = config.channels().get(stage);
      for (int b = 0; b < depths.get(stage); b++) {
        double drop = config.dropPath() * (before + b) / last;
        blocks.add(
            stage == 0
                ? new Inverted(engine, width, config.norm(), drop)
                : new TinyVitBlock(
                    engine,
                    width,
                    config.heads().get(stage - 1),
                    config.windows().get(stage - 1),
                    depthwise(engine, width, 1, config.norm()),
                    drop));
      }
      downsample =
          stage == STAGES - 1
              ? null
              : child(
                  "downsample",
                  new Merge(
                      engine,
                      width,
                      config.channels().get(stage + 1),
                      stage < STAGES - 2 ? 2 : 1,
                      config.norm()));
    }

    /** x [B,C,H,W] to the input of the next stage; of the last stage its output. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                Tensor y = x;
                for (Block block : blocks.asList()) {
                  y = block.forward(y);
                }
                return downsample == null ? y : downsample.forward(y);
              });
    }
  }

  /** An inverted residual (arXiv 1801.04381) with GELU, also behind the sum. */
  private static final class Inverted extends Block {
    private final ConvNorm conv1;
    private final ConvNorm conv2;
    private final ConvNorm conv3;
    private final DropPath dropPath;

    Inverted(Engine engine, int channels, ResNetPart.Norm norm, double dropProbability) {
      super(engine);
      int inner = EXPANSION * channels;
      conv1 = child("conv1", new ConvNorm(engine, channels, inner, 1, 1, norm));
      conv2 = child("conv2", depthwise(engine, inner, 1, norm));
      conv3 = child("conv3", new ConvNorm(engine, inner, channels, 1, 1, norm));
      dropPath = child("drop_path", new DropPath(engine, dropProbability));
    }

    @Override
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                Tensor y = conv1.forward(x, Activation.GELU);
                y = conv3.forward(conv2.forward(y, Activation.GELU));
                return x.add(dropPath.forward(y)).gelu();
              });
    }
  }

  /** To the channels of the next stage, and half the sides where the stride is 2. */
  private static final class Merge extends Module {
    private final ConvNorm conv1;
    private final ConvNorm conv2;
    private final ConvNorm conv3;

    Merge(Engine engine, int in, int out, int stride, ResNetPart.Norm norm) {
      super(engine);
      conv1 = child("conv1", new ConvNorm(engine, in, out, 1, 1, norm));
      conv2 = child("conv2", depthwise(engine, out, stride, norm));
      conv3 = child("conv3", new ConvNorm(engine, out, out, 1, 1, norm));
    }

    /** x [B,C,H,W] to [B,O,H',W'], sizes rounded up. */
    Tensor forward(Tensor x) {
      Tensor y = conv2.forward(conv1.forward(x, Activation.GELU), Activation.GELU);
      return conv3.forward(y);
    }
  }

  @Override
  public List<Integer> channels() {
    return List.of(channels);
  }

  /** The neck's map [B,C,H/16,W/16], sizes rounded up. */
  @Override
  public List<Tensor> forward(Tensor pixels) {
    return List.of(
        engine()
            .tidy(
                scope -> {
                  Tensor y = stem.forward(pixels);
                  for (Stage stage : stages.asList()) {
                    y =
                        checkpointing
                            ? engine().checkpoint(x -> stage.forward(x[0]), y)
                            : stage.forward(y);
                  }
                  return neck.forward(y);
                }));
  }
}

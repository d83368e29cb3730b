package org.maskwright.modelzoo.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.DropPath;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * ConvNeXt: any input size, padded right and below with zeros before each convolution that makes
 * maps smaller; a normalisation of its own for each output. Names {@code downsample_layers.S},
 * {@code stages.S.B}, {@code norm0} to {@code norm3}, as in the official code for segmentation;
 * {@code words.*} of OpenCLIP's ({@link WordProjection}).
 *
 * <p><b>Source</b> arXiv 2201.03545. <b>Differs:</b> the official code drops rows and columns that
 * fill no window
 */
public final class ConvNeXt extends Backbone {
  private static final double EPS = 1e-6;
  private static final double BOUND = 0.02 * Math.sqrt(3); // a deviation of 0.02
  private static final int STAGES = 4;
  private static final int STEM_SIDE = 4;
  private final ModuleList<Shrink> downsample;
  private final ModuleList<ModuleList<Block>> stages;
  private final List<LayerNorm> norms = new ArrayList<>();
  private final List<Integer> channels;
  private final boolean checkpointing;
  private final WordProjection words;

  /**
   * Convolutions and linear layers uniform with a deviation of 0.02, biases 0.
   *
   * @param inputs channels of the pictures
   */
  public ConvNeXt(Engine engine, ConvNeXtPart.Settings config, int inputs) {
    super(engine);
    checkpointing = config.checkpointing();
    channels = config.channels();
    downsample = child("downsample_layers", new ModuleList<>(engine));
    for (int s = 0; s < STAGES; s++) {
      downsample.add(
          s == 0
              ? new Shrink(engine, inputs, channels.get(0), STEM_SIDE)
              : new Shrink(engine, channels.get(s - 1), channels.get(s), 2));
    }
    stages = child("stages", new ModuleList<>(engine));
    int lastBlock = config.depths().stream().mapToInt(d -> d).sum() - 1;
    int block = 0;
    for (int s = 0; s < STAGES; s++) {
      ModuleList<Block> stage = stages.add(new ModuleList<>(engine));
      for (int b = 0; b < config.depths().get(s); b++) {
        stage.add(new Block(engine, channels.get(s), config.dropPath() * block++ / lastBlock));
      }
    }
    for (int s = 0; s < STAGES; s++) {
      norms.add(child("norm" + s, new LayerNorm(engine, channels.get(s), EPS)));
    }
    int last = channels.get(STAGES - 1);
    words =
        config.wordWidth() > 0
            ? child(
                "words",
                new WordProjection(
                    engine,
                    new WordProjection.Layers(last, config.wordWidth(), config.wordHidden(), true),
                    pixels -> run(pixels, (s, out) -> out).get(STAGES - 1).mean(2, 3)))
            : null;
  }

  /** A convolution whose windows do not overlap, and a normalisation: after it in the stem. */
  private static final class Shrink extends Module {
    private final LayerNorm norm;
    private final Conv2d conv;
    private final int side;
    private final boolean stem;

    Shrink(Engine engine, int in, int out, int side) {
      super(engine);
      this.side = side;
      stem = side == STEM_SIDE;
      Conv2d windows =
          new Conv2d(
              engine.uniform(initStream(), -BOUND, BOUND, out, in, side, side),
              engine.zeros(out),
              Conv2dSpec.of(side, 0));
      if (stem) {
        conv = child("0", windows);
        norm = child("1", new LayerNorm(engine, out, EPS));
      } else {
        norm = child("0", new LayerNorm(engine, in, EPS));
        conv = child("1", windows);
      }
    }

    /** x [B,C,H,W] to [B,O,H/side,W/side], sizes rounded up. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope ->
                  stem
                      ? norm.forwardMap(conv.forward(padded(x)))
                      : conv.forward(padded(norm.forwardMap(x))));
    }

    private Tensor padded(Tensor x) {
      long[] after = {0, 0, Math.floorMod(-x.size(2), side), Math.floorMod(-x.size(3), side)};
      return x.pad(new long[4], after, 0);
    }
  }

  /** A 7x7 convolution of each channel for itself, then an MLP of each pixel's channels. */
  private static final class Block extends Module {
    private static final int KERNEL = 7;
    private static final int RATIO = 4;
    private static final double INITIAL_SCALE = 1e-6;
    private final Conv2d depthwise;
    private final LayerNorm norm;
    private final Linear widen;
    private final Linear narrow;
    private final Parameter gamma;
    private final DropPath dropPath;

    Block(Engine engine, int channels, double dropProbability) {
      super(engine);
      gamma = parameter("gamma", engine.full(INITIAL_SCALE, channels));
      depthwise =
          child(
              "dwconv",
              new Conv2d(
                  engine.uniform(initStream(), -BOUND, BOUND, channels, 1, KERNEL, KERNEL),
                  engine.zeros(channels),
                  new Conv2dSpec(1, 1, KERNEL / 2, KERNEL / 2, 1, 1, channels)));
      norm = child("norm", new LayerNorm(engine, channels, EPS));
      widen = child("pwconv1", linear(engine, channels, RATIO * channels));
      narrow = child("pwconv2", linear(engine, RATIO * channels, channels));
      dropPath = child("drop_path", new DropPath(engine, dropProbability));
    }

    private Linear linear(Engine engine, int in, int out) {
      return Linear.with(engine.uniform(initStream(), -BOUND, BOUND, out, in), engine.zeros(out));
    }

    /** x [B,C,H,W] to the same shape. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                Tensor y = norm.forward(depthwise.forward(x).permute(0, 2, 3, 1)); // [B,H,W,C]
                Tensor mixed =
                    narrow.forward(widen.forward(y, Activation.GELU)).mul(gamma.tensor());
                return x.add(dropPath.forward(mixed.permute(0, 3, 1, 2)));
              });
    }
  }

  @Override
  public List<Integer> channels() {
    return channels;
  }

  @Override
  public List<Tensor> forward(Tensor pixels) {
    return run(pixels, this::map);
  }

  @Override
  public Optional<WordSpace> wordSpace() {
    return Optional.ofNullable(words);
  }

  /** The stages; the normalisation of each map is new with each model. */
  @Override
  public Encoder encoder() {
    return new Encoder(
        pixels -> run(pixels, (s, out) -> out),
        features -> IntStream.range(0, STAGES).mapToObj(s -> map(s, features.get(s))).toList(),
        MapNorms.without(state()));
  }

  /** What is made of the output [B,C,H,W] of each stage. */
  private List<Tensor> run(Tensor pixels, BiFunction<Integer, Tensor, Tensor> made) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = pixels;
    for (int s = 0; s < STAGES; s++) {
      ModuleList<Block> stage = stages.get(s);
      Tensor smaller = downsample.get(s).forward(y);
      y = checkpointing ? engine().checkpoint(x -> run(stage, x[0]), smaller) : run(stage, smaller);
      maps.add(made.apply(s, y));
    }
    return maps;
  }

  private Tensor map(int stage, Tensor out) {
    return engine().tidy(scope -> norms.get(stage).forwardMap(out));
  }

  private Tensor run(ModuleList<Block> stage, Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = x;
              for (Block block : stage.asList()) {
                y = block.forward(y);
              }
              return y;
            });
  }
}

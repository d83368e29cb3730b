package org.maskwright.modelzoo.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * CLIP's residual network: three convolutions and a mean of 2x2 at first, and wherever another
 * residual network has a stride a mean of 2x2, so that no pixel is skipped. Names as in {@link
 * ResNet}: {@code stem.0} to {@code 2}, {@code res2.0.conv1}, ... {@code res5}, and {@code words.*}
 * ({@link AttentionPool}).
 *
 * <p>The means round sizes down, as in the original; models pad pictures to multiples of 32.
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2.4
 */
public final class ClipResNet extends Backbone {
  private static final int EXPANSION = 4;
  private static final int STAGES = 4;
  private static final Pool2dSpec HALVED = Pool2dSpec.of(2, 2, 0);
  private final ModuleList<ConvNorm> stem;
  private final List<ModuleList<Block>> stages = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private final boolean checkpointing;
  private final AttentionPool words;

  /**
   * Convolutions N(0, 2 / fanOut), normalisations the identity.
   *
   * @param inputs channels of the pictures
   */
  public ClipResNet(Engine engine, ClipResNetPart.Settings settings, int inputs) {
    super(engine);
    checkpointing = settings.checkpointing();
    int width = settings.width();
    ResNetPart.Norm norm = settings.norm();
    stem = child("stem", new ModuleList<>(engine));
    stem.add(new ConvNorm(engine, inputs, width / 2, 3, 2, norm));
    stem.add(new ConvNorm(engine, width / 2, width / 2, 3, 1, norm));
    stem.add(new ConvNorm(engine, width / 2, width, 3, 1, norm));
    int in = width;
    for (int s = 0; s < STAGES; s++) {
      int inner = width << s;
      ModuleList<Block> stage = child("res" + (s + 2), new ModuleList<>(engine));
      for (int b = 0; b < settings.blocks().get(s); b++) {
        stage.add(new Block(engine, in, inner, s > 0 && b == 0, norm));
        in = EXPANSION * inner;
      }
      stages.add(stage);
      channels.add(in);
    }
    words =
        settings.wordWidth() > 0
            ? child(
                "words",
                new AttentionPool(
                    engine,
                    in,
                    settings.wordWidth(),
                    settings.wordGrid(),
                    pixels -> forward(pixels).get(STAGES - 1)))
            : null;
  }

  /** y = relu(x + f(x)), f of 1x1, 3x3 and 1x1 convolutions; halved before the last where so. */
  private static final class Block extends Module {
    private final boolean halves;
    private final ConvNorm narrow;
    private final ConvNorm spatial;
    private final ConvNorm widen;
    private final ConvNorm shortcut;

    Block(Engine engine, int in, int inner, boolean halves, ResNetPart.Norm norm) {
      super(engine);
      this.halves = halves;
      int out = EXPANSION * inner;
      narrow = child("conv1", new ConvNorm(engine, in, inner, 1, 1, norm));
      spatial = child("conv2", new ConvNorm(engine, inner, inner, 3, 1, norm));
      widen = child("conv3", new ConvNorm(engine, inner, out, 1, 1, norm));
      shortcut =
          halves || in != out ? child("shortcut", new ConvNorm(engine, in, out, 1, 1, norm)) : null;
    }

    private Tensor halved(Tensor x) {
      return halves ? x.avgPool2d(HALVED) : x;
    }

    /** x [B,C,H,W] to [B,O,H',W']. */
    Tensor forward(Tensor x) {
      return engine()
          .tidy(
              scope -> {
                Tensor y = widen.forward(halved(spatial.rectified(narrow.rectified(x))));
                return y.add(shortcut == null ? x : shortcut.forward(halved(x))).reluOver();
              });
    }
  }

  @Override
  public List<Integer> channels() {
    return List.copyOf(channels);
  }

  @Override
  public Optional<WordSpace> wordSpace() {
    return Optional.ofNullable(words);
  }

  @Override
  public List<Tensor> forward(Tensor pixels) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = engine().tidy(scope -> begun(pixels));
    for (ModuleList<Block> stage : stages) {
      y = checkpointing ? engine().checkpoint(x -> run(stage, x[0]), y) : run(stage, y);
      maps.add(y);
    }
    return maps;
  }

  /** pixels [B,I,H,W] to [B,C,H/4,W/4]. */
  private Tensor begun(Tensor pixels) {
    Tensor y = pixels;
    for (ConvNorm conv : stem.asList()) {
      y = conv.rectified(y);
    }
    return y.avgPool2d(HALVED);
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

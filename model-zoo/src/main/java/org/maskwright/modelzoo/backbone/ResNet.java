package org.maskwright.modelzoo.backbone;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Residual network; names {@code stem.conv1}, {@code res2.0.conv1}, ... {@code res5}.
 *
 * <p><b>Source</b> arXiv 1512.03385, named as in detectron2; where strides and paddings sit is
 * {@link ResNetPart.Geometry}'s.
 */
public final class ResNet extends Backbone {
  private static final int EXPANSION = 4;
  private static final int STAGES = 4;
  private final Stem stem;
  private final List<ModuleList<ResidualBlock>> stages = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private final boolean checkpointing;

  /**
   * Convolutions N(0, 2 / fanOut), normalisations the identity.
   *
   * @param inputs channels of the pictures
   */
  public ResNet(Engine engine, ResNetPart.Settings config, int inputs) {
    super(engine);
    checkpointing = config.checkpointing();
    stem = child("stem", new Stem(engine, config, inputs));
    int in = stem.outChannels;
    for (int s = 0; s < STAGES; s++) {
      int inner = config.width() << s;
      int out = config.block() == ResNetPart.Block.BASIC ? inner : inner * EXPANSION;
      ModuleList<ResidualBlock> stage = child("res" + (s + 2), new ModuleList<>(engine));
      for (int b = 0; b < config.blocks().get(s); b++) {
        int stride = b == 0 ? config.geometry().strides().get(s) : 1;
        int from = b == 0 ? in : out;
        stage.add(
            switch (config.block()) {
              case BASIC -> ResidualBlock.basic(engine, from, out, stride, config.norm());
              case BOTTLENECK ->
                  ResidualBlock.bottleneck(
                      engine,
                      from,
                      inner,
                      out,
                      config.geometry().strideIn() == ResNetPart.StrideIn.FIRST ? stride : 1,
                      config.geometry().strideIn() == ResNetPart.StrideIn.FIRST ? 1 : stride,
                      config.norm());
            });
      }
      stages.add(stage);
      channels.add(out);
      in = out;
    }
  }

  private static final class Stem extends Module {
    private final List<ConvNorm> convs = new ArrayList<>();
    private final int outChannels;
    private final Pool2dSpec pool;

    Stem(Engine engine, ResNetPart.Settings config, int inputs) {
      super(engine);
      int width = config.width();
      pool = Pool2dSpec.of(3, 2, config.geometry().poolPadding());
      switch (config.stem()) {
        case BASIC -> {
          convs.add(child("conv1", new ConvNorm(engine, inputs, width, 7, 2, config.norm())));
          outChannels = width;
        }
        case DEEP -> {
          outChannels = 2 * width;
          convs.add(child("conv1_1", new ConvNorm(engine, inputs, width, 3, 2, config.norm())));
          convs.add(child("conv1_2", new ConvNorm(engine, width, width, 3, 1, config.norm())));
          convs.add(
              child("conv1_3", new ConvNorm(engine, width, outChannels, 3, 1, config.norm())));
        }
        default -> throw new IllegalStateException("stem " + config.stem());
      }
    }

    Tensor forward(Tensor pixels) {
      Tensor y = pixels;
      for (ConvNorm conv : convs) {
        y = conv.rectified(y);
      }
      return y.maxPool2d(pool);
    }
  }

  @Override
  public List<Integer> channels() {
    return List.copyOf(channels);
  }

  @Override
  public List<Tensor> forward(Tensor pixels) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = engine().tidy(scope -> stem.forward(pixels));
    for (ModuleList<ResidualBlock> stage : stages) {
      y = checkpointing ? engine().checkpoint(x -> run(stage, x[0]), y) : run(stage, y);
      maps.add(y);
    }
    return maps;
  }

  private Tensor run(ModuleList<ResidualBlock> stage, Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = x;
              for (ResidualBlock block : stage.asList()) {
                y = block.forward(y);
              }
              return y;
            });
  }
}

package org.maskwright.modelzoo.backbone;

import static org.maskwright.modelzoo.part.Ranges.MAX_COUNT;
import static org.maskwright.modelzoo.part.Ranges.MAX_WIDTH;
import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * The network that MobileNetV2 and EfficientNet-Lite both are: a 3x3 convolution with stride 2 and
 * seven stages of {@link InvertedResidual}s, of which some halve the size; names {@code stem},
 * {@code blocks.0.depthwise}, {@code blocks.0.project}, {@code blocks.1.expand}, ... numbered
 * through all stages. Its maps are the last of each size, so not the 1x1 convolution with which
 * both go on to a classifier.
 */
final class InvertedResiduals extends Backbone {
  private static final int STAGES = 7;
  private static final int EXPANSION = 6;

  /** Of both, table 2 of arXiv 1801.04381 and table 1 of arXiv 1905.11946. */
  private static final List<Integer> STRIDES = List.of(1, 2, 2, 2, 1, 2, 1);

  private static final String BLOCKS = "backbone.blocks.";
  private static final String STEM = "backbone.stem.weight";

  /**
   * What differs between such networks and their weights show.
   *
   * @param stem channels of the first convolution
   * @param channels of the seven stages
   * @param blocks of the seven stages
   * @param kernels sides of the depthwise convolutions of the seven stages
   */
  record Shape(int stem, List<Integer> channels, List<Integer> blocks, List<Integer> kernels) {
    Shape {
      channels = List.copyOf(channels);
      blocks = List.copyOf(blocks);
      kernels = List.copyOf(kernels);
      requireWidth("stem", stem);
      requireSeven("channels", channels, MAX_WIDTH / EXPANSION);
      requireSeven("blocks", blocks, MAX_COUNT);
      requireSeven("kernels", kernels, MAX_COUNT);
    }

    private static void requireSeven(String name, List<Integer> numbers, int most) {
      boolean fits = numbers.size() == STAGES && numbers.stream().allMatch(n -> n > 0 && n <= most);
      require(fits, name, "seven numbers from 1 to " + most, numbers);
    }

    /**
     * That of weights. A stage begins where the channels, the kernel or the first widening do.
     *
     * @param state under Maskwright's names
     * @return empty if they are of no such network
     * @throws CheckpointException if they are a part of one, or have another number of stages
     */
    static Optional<Shape> of(StateDict state) {
      if (!state.contains(STEM) || !state.contains(BLOCKS + "0.depthwise.weight")) {
        return Optional.empty();
      }
      List<Integer> channels = new ArrayList<>();
      List<Integer> blocks = new ArrayList<>();
      List<Integer> kernels = new ArrayList<>();
      boolean widened = false;
      for (int b = 0; state.contains(BLOCKS + b + ".project.weight"); b++) {
        int out = state.size(BLOCKS + b + ".project.weight", 0);
        int kernel = state.size(BLOCKS + b + ".depthwise.weight", 2);
        boolean widens = state.contains(BLOCKS + b + ".expand.weight");
        int last = channels.size() - 1;
        if (last >= 0
            && widens == widened
            && out == channels.get(last)
            && kernel == kernels.get(last)) {
          blocks.set(last, blocks.get(last) + 1);
        } else {
          channels.add(out);
          kernels.add(kernel);
          blocks.add(1);
        }
        widened = widens;
      }
      try {
        return Optional.of(new Shape(state.size(STEM, 0), channels, blocks, kernels));
      } catch (IllegalArgumentException e) {
        throw new CheckpointException(
            "an incomplete MobileNetV2 or EfficientNet-Lite: " + e.getMessage(), e);
      }
    }
  }

  /**
   * What differs and weights do not show.
   *
   * @param padding where zeros are added
   * @param eps added to the variances of batch normalisation
   * @param norm how it normalises
   * @param checkpointing whether what leads to a map is computed again in the backward pass
   */
  record Manner(
      ConvNorm.Padding padding, double eps, ResNetPart.Norm norm, boolean checkpointing) {}

  private final ConvNorm stem;
  private final ModuleList<InvertedResidual> blocks;
  private final List<Integer> ends = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private final boolean checkpointing;

  /**
   * Convolutions N(0, 2 / fanOut), normalisations the identity.
   *
   * @param inputs channels of the pictures
   */
  InvertedResiduals(Engine engine, int inputs, Shape shape, Manner manner) {
    super(engine);
    checkpointing = manner.checkpointing();
    stem =
        child(
            "stem", new ConvNorm(engine, layer(inputs, shape.stem(), 3, 2, manner), manner.norm()));
    blocks = child("blocks", new ModuleList<>(engine));
    int in = shape.stem();
    for (int s = 0; s < STAGES; s++) {
      int out = shape.channels().get(s);
      for (int b = 0; b < shape.blocks().get(s); b++) {
        ConvNorm.Layer layer =
            layer(in, out, shape.kernels().get(s), b == 0 ? STRIDES.get(s) : 1, manner);
        blocks.add(new InvertedResidual(engine, layer, s == 0 ? 1 : EXPANSION, manner.norm()));
        in = out;
      }
      boolean lastOfItsSize = s + 1 == STAGES || STRIDES.get(s + 1) > 1;
      if (s > 0 && lastOfItsSize) {
        ends.add(blocks.size());
        channels.add(out);
      }
    }
  }

  private static ConvNorm.Layer layer(int in, int out, int kernel, int stride, Manner manner) {
    return new ConvNorm.Layer(in, out, kernel, stride, 1, manner.padding(), manner.eps());
  }

  @Override
  public List<Integer> channels() {
    return List.copyOf(channels);
  }

  @Override
  public List<Tensor> forward(Tensor pixels) {
    List<Tensor> maps = new ArrayList<>();
    Tensor y = InvertedResidual.bounded(stem, pixels);
    int from = 0;
    for (int end : ends) {
      List<InvertedResidual> part = blocks.asList().subList(from, end);
      y = checkpointing ? engine().checkpoint(x -> run(part, x[0]), y) : run(part, y);
      maps.add(y);
      from = end;
    }
    return maps;
  }

  private Tensor run(List<InvertedResidual> part, Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = x;
              for (InvertedResidual block : part) {
                y = block.forward(y);
              }
              return y;
            });
  }
}

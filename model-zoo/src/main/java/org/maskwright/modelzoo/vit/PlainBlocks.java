package org.maskwright.modelzoo.vit;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.Doc;

/**
 * Blocks of a plain transformer by themselves, in which all tokens attend to all, as the decoder of
 * a masked autoencoder has them; parameters are named {@code N.*}.
 */
public final class PlainBlocks extends Module {
  private final List<VitBlock> blocks;

  /**
   * Sizes.
   *
   * @param width channels of a token, a multiple of 4
   * @param depth number of blocks
   * @param heads divide the width
   * @param mlpDim hidden channels of a block's MLP
   */
  public record Sizes(
      @Doc("Channels of a token, a multiple of 4.") int width,
      @Doc("Number of blocks.") int depth,
      @Doc("Attention heads; divide the width.") int heads,
      @Doc("Hidden channels of a block's MLP.") int mlpDim) {
    /** Checks the ranges. */
    public Sizes {
      requireWidth("width", width);
      require(width % 4 == 0, "width", "a multiple of 4", width);
      requireCount("depth", depth);
      requireCount("heads", heads);
      require(width % heads == 0, "heads", "a divisor of width " + width, heads);
      requireWidth("mlpDim", mlpDim);
    }

    private VitPart.Settings settings() {
      return new VitPart.Settings(
          VitFamily.MAE,
          1,
          width,
          depth,
          heads,
          mlpDim,
          VitActivation.GELU,
          false,
          1,
          0,
          0,
          List.of(),
          0,
          0,
          1,
          0,
          false);
    }
  }

  /** Linear layers Xavier-uniform, biases 0. */
  public PlainBlocks(Engine engine, Sizes sizes) {
    super(engine);
    VitPart.Settings settings = sizes.settings();
    blocks =
        IntStream.range(0, sizes.depth())
            .mapToObj(b -> child(Integer.toString(b), new VitBlock(engine, settings, b)))
            .toList();
  }

  /** tokens [B,L,C] to the same shape. */
  public Tensor forward(Tensor tokens) {
    TokenGrid grid = new TokenGrid(0, 1, tokens.intSize(1), Optional.empty());
    Tensor y = tokens;
    for (VitBlock block : blocks) {
      y = block.forward(y, grid, null, UnaryOperator.identity());
    }
    return y;
  }
}

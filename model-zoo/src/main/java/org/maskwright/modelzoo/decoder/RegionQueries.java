package org.maskwright.modelzoo.decoder;

import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.SinePositions;

/**
 * A query for each given region: it starts from the mean of the features in the region, and its
 * position is the mean of the encodings there.
 *
 * <p><b>Maths</b> the finest level of the memory, and the sine encodings that keys get, weighted by
 * the share of each cell that the region covers; a region of any size counts, however small. An
 * empty one, as where images of a batch have unequal numbers, gives zeros.
 *
 * <p><b>Source</b> mask pooling, as in OpenSeg (arXiv 2112.12143, section 3.2) and FC-CLIP (arXiv
 * 2308.02487, section 3.3). <b>Differs:</b> soft weights, where those count each cell as in or out.
 *
 * <p>For decoders whose queries have as many channels as the memory, which others refuse.
 */
public final class RegionQueries implements QuerySource {
  private static final double EPS = 1e-6; // far below the share that one pixel has in a cell

  private final Tensor regions;

  /**
   * Regions of a batch of images.
   *
   * @param regions [B,Q,H,W] in [0,1] and float32, or bool; of the size of the model's input
   * @throws IllegalArgumentException if shape or type differ
   */
  public RegionQueries(Tensor regions) {
    if (regions.rank() != 4 || regions.dtype() != DType.FLOAT32 && regions.dtype() != DType.BOOL) {
      throw new IllegalArgumentException(
          "regions: expected [B,Q,H,W] of float32 or bool, got " + regions);
    }
    this.regions = regions;
  }

  @Override
  public Queries queries(PixelFeatures features) {
    List<PixelFeatures.Level> memory = features.memory();
    PixelFeatures.Level finest = memory.get(memory.size() - 1);
    Tensor tokens = finest.tokens();
    Engine engine = tokens.engine();
    long channels = tokens.size(2);
    Tensor weights = weights(finest); // [B,Q,S]
    Tensor encodings =
        new SinePositions(Math.toIntExact(channels))
            .tokens(engine, finest.height(), finest.width())
            .unsqueeze(0)
            .expand(tokens.size(0), -1, -1);
    return new Queries(weights.matmul(tokens), weights.matmul(encodings));
  }

  /** The share of each cell in its region: [B,Q,S], of sum 1 along the cells. */
  private Tensor weights(PixelFeatures.Level level) {
    int rows = Math.toIntExact(regions.size(2) / level.height());
    int columns = Math.toIntExact(regions.size(3) / level.width());
    if (regions.size(0) != level.tokens().size(0)
        || regions.size(2) != (long) rows * level.height()
        || regions.size(3) != (long) columns * level.width()) {
      throw new IllegalArgumentException(
          "regions: expected [%d,Q,H,W] with H and W multiples of %d and %d, got %s"
              .formatted(level.tokens().size(0), level.height(), level.width(), regions));
    }
    Tensor covered =
        regions
            .cast(DType.FLOAT32)
            .avgPool2d(new Pool2dSpec(rows, columns, rows, columns, 0, 0))
            .flatten(2, 3);
    return covered.div(covered.sumKeep(-1).clamp(EPS, Double.POSITIVE_INFINITY));
  }
}

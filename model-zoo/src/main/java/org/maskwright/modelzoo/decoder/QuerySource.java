package org.maskwright.modelzoo.decoder;

import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;

/**
 * Where the queries of a decoder come from: learned tables, prompts of a user, tokens of regions.
 * Given at each call, so that one image can be decoded with many sources.
 */
@FunctionalInterface
public interface QuerySource {
  /** The queries for the images of these features. */
  Queries queries(PixelFeatures features);

  /**
   * Queries of a batch.
   *
   * @param content [B,Q,C] what a query starts from
   * @param positions [Q,C] of all images or [B,Q,C]: added wherever queries attend
   */
  record Queries(Tensor content, Tensor positions) {
    /** Checks that the two belong together. */
    public Queries {
      int rank = positions.rank();
      boolean fits =
          content.rank() == 3
              && (rank == 2 || rank == 3 && positions.size(0) == content.size(0))
              && positions.size(rank - 2) == content.size(1)
              && positions.size(rank - 1) == content.size(2);
      if (!fits) {
        throw new IllegalArgumentException(
            "queries: expected content [B,Q,C] and positions [Q,C] or [B,Q,C], got "
                + content
                + " and "
                + positions);
      }
    }
  }
}

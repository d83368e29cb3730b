package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.tensor.Tensor;

/**
 * A transformer whose last blocks are left to a mask decoder, which runs them with its queries
 * among the tokens.
 */
public interface TokenEncoder {
  /** Channels of a token. */
  int width();

  /** How many blocks are left. */
  int blocks();

  /** How often a map of patches is doubled for masks at a stride of four pixels, or nearly. */
  int doublings();

  /**
   * The blocks that are left, for images of one size.
   *
   * @param placeless tokens before the patches: queries, and what the encoder has of its own
   * @param height rows of patches
   * @param width columns of patches
   */
  Blocks over(int placeless, int height, int width);

  /** Blocks of a transformer. */
  @FunctionalInterface
  interface Blocks {
    /**
     * Runs one.
     *
     * @param block from 0
     * @param tokens [B,L,C], the patches last, row by row
     * @param blocked bool, broadcasts to [B,1,L,L], true = may not attend; or null
     * @return of the same shape
     */
    Tensor run(int block, Tensor tokens, Tensor blocked);
  }

  /** The final normalisation of tokens [..,C]. */
  Tensor normalized(Tensor tokens);
}

package org.maskwright.modelzoo.backbone;

import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.maskwright.engine.tensor.Tensor;

/**
 * A transformer whose last blocks are left to a mask decoder, which runs them with its queries
 * among the tokens.
 */
public interface TokenEncoder {
  /** Channels of a token. */
  int width();

  /** Side of a patch in pixels. */
  int patch();

  /** How many blocks are left. */
  int blocks();

  /** How often a map of patches is doubled for masks at a stride of four pixels, or nearly. */
  int doublings();

  /** Side in pixels of the two pictures of a canvas, where it takes canvases. */
  OptionalInt canvasPicture();

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
     * @param attended what becomes of the attention's output [B,L,C] before it is added to the
     *     tokens
     * @return of the same shape
     */
    Tensor run(int block, Tensor tokens, Tensor blocked, UnaryOperator<Tensor> attended);

    /** The same, the attention's output as it is. */
    default Tensor run(int block, Tensor tokens, Tensor blocked) {
      return run(block, tokens, blocked, UnaryOperator.identity());
    }
  }

  /**
   * What the encoder adds to patches for where they stand.
   *
   * @param height rows of patches
   * @param width columns of patches
   * @return [1,h*w,C]
   * @throws IllegalStateException if it adds nothing
   */
  Tensor positions(int height, int width);

  /** The final normalisation of tokens [..,C]. */
  Tensor normalized(Tensor tokens);
}

package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.tensor.Tensor;

/**
 * A transformer that can be run on some patches of a picture, the others hidden: what it costs
 * falls with what it sees.
 */
public interface PatchEncoder {
  /** C, channels of a token. */
  int width();

  /** I, channels of the pictures. */
  int inputs();

  /** Side in patches of the pictures that its table of positions is for. */
  int grid();

  /** Side of a patch in pixels. */
  int patch();

  /** P, tokens of its own that stand before the patches: class token and registers. */
  int placeless();

  /**
   * Makes its table of positions the sine and cosine of rows and columns, which no training
   * changes, as a masked autoencoder has it; values that are loaded later stay.
   */
  void fixPositions();

  /**
   * Encodes what is seen.
   *
   * <p><b>Shapes</b> pixels [B,I,H,W], normalised, H and W multiples of the patch; seen int64
   * [B,V], numbers of patches, row by row from 0; result [B,P+V,C] behind the last block,
   * normalised, in the order of seen
   *
   * @throws IllegalArgumentException if shapes do not fit
   */
  Tensor encode(Tensor pixels, Tensor seen);
}

package org.maskwright.modelzoo.prediction;

import org.maskwright.engine.tensor.Tensor;

/**
 * That the masks of the last output are functions of the place: a loss asks for their logits where
 * it has labels, and the model's answer is finer than the mask logits of the outputs, which stand
 * for them wherever all queries are looked at, as in matching.
 */
public interface PointMasks extends Outputs.Refinement {
  /**
   * Logits of some masks of the last output at places of their own.
   *
   * @param rows of each mask image * Q + query, image by image; n of them
   * @param classes of each, which those that differ from class to class ask for
   * @param points [n,P,2] as (x,y) in [0,1] of the padded image
   * @return [n,P]
   */
  Tensor logits(long[] rows, int[] classes, Tensor points);

  /** The numbers [n,N] that make the functions of some masks. */
  Tensor parameters(long[] rows);

  /**
   * The model's answer: the last output with the masks that the functions give, without gradient.
   * Mask logits [B,Q,1,h',w'] may be larger than those of the other outputs.
   */
  @Override
  Outputs.Layer refined(Outputs.Layer last);
}

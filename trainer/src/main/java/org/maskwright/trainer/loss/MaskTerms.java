package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;

/** How masks are compared: the part in which MaskFormer and Mask2Former differ. */
interface MaskTerms {
  /**
   * Weighted mask and dice costs of one output, without gradient.
   *
   * @param layer number of the output
   * @return [B,Q,Nmax] with columns beyond an image's targets undefined
   */
  Tensor costs(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      int maxTargets,
      int layer,
      PointSource points);

  /**
   * Mask and dice loss of every matched pair of every output, neither weighted nor averaged: {mask,
   * dice}, each [L,n] with the pairs of an output image by image.
   *
   * @param matches of each output; at least one pair
   */
  Tensor[] losses(
      Predictions predictions,
      List<? extends Supervision> targets,
      List<Matches> matches,
      PointSource points,
      Decisions decisions);
}

package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;

/** How masks are compared: the part in which MaskFormer and Mask2Former differ. */
interface MaskTerms {
  /**
   * Weighted mask and dice costs of one output, without gradient.
   *
   * @return [B,Q,Nmax] with columns beyond an image's targets undefined
   */
  Tensor costs(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      int maxTargets,
      PointSource points);

  /**
   * Mean mask and dice loss of the matched pairs, not weighted: {mask, dice}, scalars, divided by
   * {@code maskCount}.
   */
  Tensor[] losses(
      Predictions.Layer output,
      List<? extends Supervision> targets,
      Matches matches,
      double maskCount,
      PointSource points);
}

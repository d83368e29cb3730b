package org.maskwright.trainer.loss;

import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.match.MatchPolicy;

/**
 * One term of the loss, with its weight and, if it has one, its share of the matching cost. Whoever
 * logs, evaluates or draws losses takes their names from the terms.
 */
public interface LossTerm {
  /**
   * Of the last output, such as {@code loss_mask}; the auxiliary ones are called {@code
   * loss_mask_0}, {@code loss_mask_1}, ... Lower case, digits and underscores, and no number at the
   * end.
   */
  String name();

  /**
   * What the term divides by besides {@link StepNormalizers#MASKS}, of these images.
   *
   * @param queries Q of the model
   */
  default StepNormalizers normalizers(
      List<? extends Supervision> targets, int queries, MatchPolicy policy) {
    return StepNormalizers.NONE;
  }

  /**
   * Adds the weighted costs of matching each query of an output with each target, if it has any.
   */
  default void addCosts(PairCosts costs) {}

  /**
   * The weighted loss of each output [L], as this batch's share of the step's; empty if the step
   * has nothing to compute it of.
   */
  Optional<Tensor> losses(MatchedOutputs outputs);
}

package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Outputs and targets to losses. Of mask classification: matching, class loss and mask losses of
 * every supervised output (DETR, arXiv 2005.12872; MaskFormer, arXiv 2107.06278, section 3.2;
 * Mask2Former, arXiv 2112.01527, section 3.3). Of the per-pixel baselines: the pixels'
 * cross-entropy.
 */
public interface Criterion {
  /** The names of the terms, such as {@code loss_ce}. */
  List<String> terms();

  /**
   * What the losses of these images are divided by.
   *
   * @param targets one for each image
   * @param queries Q of the model
   */
  StepNormalizers normalizers(List<? extends Supervision> targets, int queries);

  /**
   * As this with more terms, that learn from what some annotations say.
   *
   * @throws IllegalArgumentException if it matches no masks, or has a term of such a name
   */
  default Criterion with(List<LossTerm> terms) {
    if (terms.isEmpty()) {
      return this;
    }
    throw new IllegalArgumentException(
        "criterion: expected one that matches masks, for the terms %s of data.source.supervision; set criterion.type = points or dense"
            .formatted(terms.stream().map(LossTerm::name).toList()));
  }

  /** Told before a training and after each of its steps what share of it is done, in [0,1]. */
  default void trainedTo(double progress) {}

  /** The losses of a batch that is a whole step; see the other method. */
  default Losses compute(
      Outputs predictions, List<? extends Supervision> targets, PointSource points) {
    return compute(
        predictions,
        targets,
        points,
        normalizers(targets, predictions.last().queries()),
        new Decisions());
  }

  /**
   * The losses of a batch, as its share of a step's. Runs inside the caller's scope; the result's
   * total can be differentiated.
   *
   * @param predictions class logits [B,Q,K+1] and mask logits [B,Q,T,h,w] of each output
   * @param targets one for each image of the batch
   * @param points where points are sampled, if they are
   * @param step {@link #normalizers} of all images of the step, this batch's included
   * @param decisions what was chosen when these images were computed before, if they were
   * @throws IllegalArgumentException if the number of images or frames differs, a class is not in
   *     [0,K), or the model classifies masks where the criterion is for pixels or the reverse
   * @throws NonFiniteCostException if a matching cost is NaN or infinite
   */
  Losses compute(
      Outputs predictions,
      List<? extends Supervision> targets,
      PointSource points,
      StepNormalizers step,
      Decisions decisions);

  /** The criterion that the settings describe. */
  static Criterion of(CriterionSettings settings) {
    return settings.criterion();
  }
}

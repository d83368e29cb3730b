package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * {@link Samples#dice Dice} loss of matched masks at sampled points.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.3
 */
record PointDiceTerm(double weight) implements LossTerm {
  @Override
  public String name() {
    return "loss_dice";
  }

  @Override
  public void addCosts(PairCosts costs) {
    costs.addAtPoints(0, weight);
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    return outputs.atPoints(weight, Samples::dice);
  }
}

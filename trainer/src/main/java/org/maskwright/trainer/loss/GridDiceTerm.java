package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * {@link Samples#dice Dice} loss of whole matched masks.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.2
 */
record GridDiceTerm(String name, double weight) implements LossTerm {
  @Override
  public void addCosts(PairCosts costs) {
    costs.add(costs.onGrid().dice().mul(weight));
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    return outputs.onGrid(weight, Samples::dice);
  }
}

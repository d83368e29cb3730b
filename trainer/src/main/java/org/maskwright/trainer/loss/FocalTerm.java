package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * Focal loss of whole matched masks, the mean over pixels of -a_t (1 - p_t)^gamma log p_t.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.2; focal loss, arXiv 1708.02002
 *
 * @param alpha balance of foreground
 * @param gamma exponent
 */
record FocalTerm(String name, double weight, double alpha, double gamma) implements LossTerm {
  @Override
  public void addCosts(PairCosts costs) {
    PairSamples samples = costs.onGrid();
    Tensor x = samples.logits();
    Tensor s = samples.probabilities();
    Tensor miss = s.neg().add(1).pow(gamma).mul(x.neg().softplus()).mul(alpha);
    Tensor alarm = s.pow(gamma).mul(x.softplus()).mul(1 - alpha);
    costs.add(samples.mean(miss, alarm).mul(weight));
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    return outputs.onGrid(weight, samples -> samples.focal(alpha, gamma));
  }
}

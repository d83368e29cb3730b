package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * Cross-entropy of matched masks at sampled points: mean_p softplus(x) - x t.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.3
 */
record PointMaskTerm(double weight) implements LossTerm {
  @Override
  public String name() {
    return "loss_mask";
  }

  @Override
  public void addCosts(PairCosts costs) {
    costs.addAtPoints(weight, 0);
  }

  @Override
  public Optional<Tensor> losses(MatchedOutputs outputs) {
    return outputs.atPoints(
        weight,
        samples -> {
          Tensor x = samples.logits();
          return samples.mean(x.softplus().sub(x.mul(samples.labels())));
        });
  }
}

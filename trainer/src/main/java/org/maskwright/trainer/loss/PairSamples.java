package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * Mask logits of every query and labels of every target of a batch, where they are compared for
 * matching. Differs from {@link Samples} in that every query is compared with every target of its
 * image, at the same places.
 *
 * <p><b>Shapes</b> logits [B,Q,P] and labels [B,N,P], P over the points or pixels of all frames;
 * results [B,Q,N]
 */
public final class PairSamples extends Sampled {
  PairSamples(Tensor logits, Tensor labels, Optional<Tensor> weights) {
    super(logits, labels, weights);
  }

  /**
   * Mean over the places, each as much as its label counts, of a cost that is linear in the label.
   *
   * @param inside [B,Q,P] the cost where the label is 1
   * @param outside [B,Q,P] the cost where the label is 0
   */
  public Tensor mean(Tensor inside, Tensor outside) {
    Tensor sum = inside.sub(outside).matmulTransposed(counted()).add(overWeights(outside));
    return weights()
        .map(w -> sum.div(Samples.divisor(w.sum(2)).unsqueeze(1)))
        .orElseGet(() -> sum.div(logits().size(2)));
  }

  /** Cross-entropy: mean of softplus(x) - x t. */
  public Tensor cross() {
    Tensor outside = logits().softplus();
    return mean(outside.sub(logits()), outside);
  }

  /** Dice cost: 1 - (2 sum s t + 1) / (sum s + sum t + 1), s = sigmoid(x). */
  public Tensor dice() {
    Tensor s = probabilities();
    Tensor t = counted();
    Tensor sizes = overWeights(s).add(t.sum(2).unsqueeze(1)).add(1);
    return s.matmulTransposed(t).mul(2).add(1).div(sizes).neg().add(1);
  }

  private Tensor counted() {
    return weights().map(labels()::mul).orElse(labels());
  }

  /** Sums of values [B,Q,P]: [B,Q,N], or [B,Q,1] where they are the same for every target. */
  private Tensor overWeights(Tensor values) {
    return weights().map(values::matmulTransposed).orElseGet(() -> values.sumKeep(2));
  }
}

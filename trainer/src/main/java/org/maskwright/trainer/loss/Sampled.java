package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;

/**
 * Mask logits and labels at the same places, what the labels count, and what many terms ask for.
 */
abstract class Sampled {
  private final Tensor logits;
  private final Tensor labels;
  private final Optional<Tensor> weights;
  private Tensor probabilities;

  Sampled(Tensor logits, Tensor labels, Optional<Tensor> weights) {
    this.logits = logits;
    this.labels = labels;
    this.weights = weights;
  }

  /** Float32. */
  public Tensor logits() {
    return logits;
  }

  /** In [0,1]. */
  public Tensor labels() {
    return labels;
  }

  /** How much each label counts; empty if each counts 1. */
  Optional<Tensor> weights() {
    return weights;
  }

  /** The logistic function of the logits, computed once. */
  public Tensor probabilities() {
    if (probabilities == null) {
      probabilities = logits.sigmoid();
    }
    return probabilities;
  }
}

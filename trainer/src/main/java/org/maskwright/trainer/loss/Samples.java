package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Tensor;

/**
 * Mask logits and labels of matched pairs at points of their own, or on a grid. The loss terms of a
 * step share them.
 *
 * <p><b>Shapes</b> all [m,P]: m pairs, each of its frames for itself; P points or pixels
 */
public final class Samples extends Sampled {
  Samples(Tensor logits, Tensor labels, Optional<Tensor> weights) {
    super(logits, labels, weights);
  }

  /**
   * Logits and labels that all count.
   *
   * @param logits [m,P]
   * @param labels [m,P] in [0,1]
   */
  public static Samples of(Tensor logits, Tensor labels) {
    return new Samples(logits, labels, Optional.empty());
  }

  /** Sums [m] of values [m,P], each as much as its label counts. */
  public Tensor sum(Tensor values) {
    return weights().map(values::mul).orElse(values).sum(1);
  }

  /** Means [m] of values [m,P], each as much as its label counts; 0 where none counts. */
  public Tensor mean(Tensor values) {
    Tensor sum = sum(values);
    return weights()
        .map(w -> sum.div(divisor(w.sum(1))))
        .orElseGet(() -> sum.div(logits().size(1)));
  }

  /** Sums of weights to divide by; where nothing counts, whose sum is 0 as well, by 1. */
  static Tensor divisor(Tensor sums) {
    return sums.add(sums.eq(0).cast(DType.FLOAT32));
  }

  /**
   * Focal loss [m], the mean of -a_t (1 - p_t)^gamma log p_t.
   *
   * <p><b>Source</b> arXiv 1708.02002
   *
   * @param alpha balance of foreground
   * @param gamma exponent
   */
  public Tensor focal(double alpha, double gamma) {
    Tensor x = logits();
    Tensor t = labels();
    Tensor cross = x.softplus().sub(x.mul(t));
    Tensor balance = t.mul(2 * alpha - 1).add(1 - alpha);
    return mean(cross.mul(easiness(gamma)).mul(balance));
  }

  /**
   * (1 - p_t)^gamma. Below 1 the power's derivative is infinite at 0, where x is sure and right;
   * there it is exp(-gamma softplus((2 t - 1) x)), whose gradient is 0.
   */
  private Tensor easiness(double gamma) {
    Tensor s = probabilities();
    Tensor t = labels();
    return gamma > 0 && gamma < 1
        ? logits().mul(t.mul(2).sub(1)).softplus().mul(-gamma).exp()
        : s.add(t).sub(s.mul(t).mul(2)).pow(gamma);
  }

  /** Dice loss [m]: 1 - (2 sum s t + 1) / (sum s + sum t + 1), s = sigmoid(x). */
  public Tensor dice() {
    Tensor s = probabilities();
    Tensor overlap = sum(s.mul(labels())).mul(2).add(1);
    return overlap.div(sum(s).add(sum(labels())).add(1)).neg().add(1);
  }
}

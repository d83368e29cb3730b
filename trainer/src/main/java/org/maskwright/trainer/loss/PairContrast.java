package org.maskwright.trainer.loss;

import org.maskwright.engine.tensor.Tensor;

/**
 * Which of two lists' entries go together: entry i of one is to be told from all others by entry i
 * of the other, and the other way round.
 *
 * <p><b>Maths</b> the mean of both cross-entropies: sum over i of w_i (CE of row i + CE of column i)
 * / 2, where i is right
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), figure 3
 */
public final class PairContrast {
  private PairContrast() {}

  /**
   * The loss, a scalar.
   *
   * @param scores [n,n], scaled; pair i is at [i,i]
   * @param weights [n] of the pairs
   */
  public static Tensor loss(Tensor scores, float[] weights) {
    int n = weights.length;
    float[] own = new float[n * n];
    for (int i = 0; i < n; i++) {
      own[i * n + i] = -0.5f * weights[i];
    }
    return scores
        .logSoftmax(1)
        .add(scores.logSoftmax(0))
        .mul(scores.engine().floats(own, n, n))
        .sum();
  }
}

package org.maskwright.trainer.clip;

import org.maskwright.engine.tensor.Tensor;

/**
 * Two views of each picture that are to be told from all views of the others.
 *
 * <p><b>Maths</b> with unit vectors a_i and b_i: the mean of CE(a_i against all b and all other a,
 * b_i is right) and the same with a and b exchanged; scores are cosines by the temperature.
 *
 * <p><b>Source</b> SimCLR (arXiv 2002.05709), equation 1, as SLIP has it
 */
final class ViewContrast {
  /** In place of a score with itself. */
  private static final float NEVER = -1e9f;

  private ViewContrast() {}

  /**
   * The loss, a scalar.
   *
   * @param a first views [n,V], of length 1
   * @param b second views, likewise
   * @param weights [n] of the pictures
   */
  static Tensor loss(Tensor a, Tensor b, double temperature, float[] weights) {
    int n = weights.length;
    float[] itself = new float[n * n];
    float[] own = new float[2 * n * n];
    for (int i = 0; i < n; i++) {
      itself[i * n + i] = NEVER;
      own[i * 2 * n + i] = -0.5f * weights[i];
    }
    Tensor never = a.engine().floats(itself, n, n);
    Tensor right = a.engine().floats(own, n, 2L * n);
    Tensor ab = a.matmulTransposed(b).div(temperature);
    Tensor aa = a.matmulTransposed(a).div(temperature).add(never);
    Tensor bb = b.matmulTransposed(b).div(temperature).add(never);
    Tensor ofA = Tensor.concat(1, ab, aa).logSoftmax(1);
    Tensor ofB = Tensor.concat(1, ab.transpose(0, 1), bb).logSoftmax(1);
    return ofA.add(ofB).mul(right).sum();
  }
}

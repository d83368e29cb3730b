package org.maskwright.trainer.contrast;

import org.maskwright.engine.tensor.Tensor;

/**
 * A view is told by the other view of its picture among views of other pictures.
 *
 * <p><b>Maths</b> -log(exp(q_i . k_i / T) / (exp(q_i . k_i / T) + sum over n of exp(q_i . n / T)))
 *
 * <p><b>Source</b> MoCo (arXiv 1911.05722), equation 1
 */
final class InfoNce {
  private InfoNce() {}

  /**
   * The losses [B].
   *
   * @param queries [B,D], of length 1
   * @param keys [B,D], of length 1, that of the same picture at the same place
   * @param others [K,D], of length 1, of other pictures
   * @param temperature T
   */
  static Tensor losses(Tensor queries, Tensor keys, Tensor others, double temperature) {
    Tensor own = queries.mul(keys).sum(1).unsqueeze(1); // [B,1]
    Tensor logits = Tensor.concat(1, own, queries.matmulTransposed(others)).div(temperature);
    return logits.logSoftmax(1).select(1, 0).neg();
  }
}

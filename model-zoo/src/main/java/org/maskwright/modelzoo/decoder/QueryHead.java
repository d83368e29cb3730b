package org.maskwright.modelzoo.decoder;

import org.maskwright.engine.tensor.Tensor;

/** Products of mask embeddings and mask features. */
final class QueryHead {
  private QueryHead() {}

  /**
   * Mask logits: the product of each query's embedding with the features of each pixel.
   *
   * <p><b>Shapes</b> embeddings [B,Q,D], features [B,D,h,w]; result [B,Q,h,w]
   */
  static Tensor maskLogits(Tensor embeddings, Tensor features) {
    return embeddings
        .matmul(features.flatten(2, 3))
        .reshape(embeddings.size(0), embeddings.size(1), features.size(2), features.size(3));
  }
}

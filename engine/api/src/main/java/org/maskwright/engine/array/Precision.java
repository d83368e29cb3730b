package org.maskwright.engine.array;

/** In what type matrix products, convolutions and attention are computed. */
public enum Precision {
  /** Everything in float32. */
  FP32,
  /**
   * Inputs of matrix products and convolutions are cast to bfloat16 (autocast); normalisation,
   * softmax, losses and parameters stay in float32.
   */
  BF16
}

package org.maskwright.engine.array;

/** In what type matrix products, convolutions and attention are computed. */
public enum Precision {
  /** Everything in float32. */
  FP32(DType.FLOAT32),
  /**
   * Inputs of matrix products and convolutions are cast to bfloat16 (autocast); normalisation,
   * softmax, losses and parameters stay in float32.
   */
  BF16(DType.BFLOAT16),
  /**
   * As {@link #BF16} with float16: three bits more of precision, but nothing above 65504 and little
   * below 6e-5, so that losses are scaled before the backward pass.
   */
  FP16(DType.FLOAT16);

  private final DType products;

  Precision(DType products) {
    this.products = products;
  }

  /** The type of the arguments and results of matrix products and convolutions. */
  public DType products() {
    return products;
  }
}

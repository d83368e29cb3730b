package org.maskwright.modelzoo.onnx;

/** A model cannot be exported for inputs of several sizes; the message says why. */
public final class SizesException extends RuntimeException {
  /** With a message that says what depends on the sizes and what to do. */
  public SizesException(String message) {
    super(message);
  }
}

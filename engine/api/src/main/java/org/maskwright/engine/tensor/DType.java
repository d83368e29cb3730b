package org.maskwright.engine.tensor;

/** Element types of a tensor. */
public enum DType {
  /** IEEE 754 binary32; every parameter and every loss. */
  FLOAT32(4),
  /** The upper half of a binary32; what {@link Precision#BF16} casts matrix products to. */
  BFLOAT16(2),
  /** Signed 64-bit integers; indices. */
  INT64(8),
  /** Signed 32-bit integers. */
  INT32(4),
  /** Unsigned bytes; pixels. */
  UINT8(1),
  /** One byte, 0 or 1; masks. */
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether gradients can flow through values of this type. */
  public boolean isFloating() {
    return this == FLOAT32 || this == BFLOAT16;
  }
}

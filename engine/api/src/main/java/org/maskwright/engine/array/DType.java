package org.maskwright.engine.array;

import org.nd4j.linalg.api.buffer.DataType;

/** Element types of a tensor. */
public enum DType {
  /** IEEE 754 binary32; every parameter and every loss. */
  FLOAT32(4),
  /** The upper half of a binary32; what {@link Precision#BF16} casts matrix products to. */
  BFLOAT16(2),
  /** IEEE 754 binary16; what {@link Precision#FP16} casts matrix products to. */
  FLOAT16(2),
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

  /**
   * The element type of ND4J arrays of a type.
   *
   * @throws IllegalArgumentException for types other than FLOAT, BFLOAT16, HALF, LONG, INT, UBYTE
   *     and BOOL
   */
  public static DType of(DataType type) {
    return switch (type) {
      case FLOAT -> FLOAT32;
      case BFLOAT16 -> BFLOAT16;
      case HALF -> FLOAT16;
      case LONG -> INT64;
      case INT -> INT32;
      case UBYTE -> UINT8;
      case BOOL -> BOOL;
      default ->
          throw new IllegalArgumentException(
              "tensor: expected an INDArray of FLOAT, BFLOAT16, HALF, LONG, INT, UBYTE or BOOL, got "
                  + type
                  + "; castTo(DataType.FLOAT) first");
    };
  }

  /** ND4J's name of this type; {@link #of} is its inverse. */
  public DataType host() {
    return switch (this) {
      case FLOAT32 -> DataType.FLOAT;
      case BFLOAT16 -> DataType.BFLOAT16;
      case FLOAT16 -> DataType.FLOAT16; // an alias of HALF, whose name is deprecated
      case INT64 -> DataType.INT64;
      case INT32 -> DataType.INT32;
      case UINT8 -> DataType.UINT8;
      case BOOL -> DataType.BOOL;
    };
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether gradients can flow through values of this type. */
  public boolean isFloating() {
    return this == FLOAT32 || isHalf();
  }

  /** Whether it is a floating type of 16 bits, in which products alone are computed. */
  public boolean isHalf() {
    return this == BFLOAT16 || this == FLOAT16;
  }

  /** The least value, below which nothing of this type lies. */
  private double least() {
    return switch (this) {
      case FLOAT32, BFLOAT16, FLOAT16 -> Double.NEGATIVE_INFINITY;
      case INT64 -> -0x1p63;
      case INT32 -> -0x1p31;
      case UINT8, BOOL -> 0;
    };
  }

  /** The first number above all values of an integer type. */
  private double end() {
    return switch (this) {
      case FLOAT32, BFLOAT16, FLOAT16 -> Double.POSITIVE_INFINITY;
      case INT64 -> 0x1p63;
      case INT32 -> 0x1p31;
      case UINT8 -> 256;
      case BOOL -> 2;
    };
  }

  /** Whether a number lies in this type's range; of a floating type, any does. */
  public boolean holds(double value) {
    return isFloating() || value >= least() && value < end();
  }

  /**
   * Refuses a value that this type cannot take; bool takes any.
   *
   * @param op who asks, for the message
   * @throws IllegalArgumentException if {@code value} is not in the range of an integer type
   */
  public void require(String op, double value) {
    if (this != BOOL && !holds(value)) {
      throw new IllegalArgumentException(
          op + ": expected a value of " + this + ", got " + value + "; take another type");
    }
  }

  /**
   * A bound as a bound of this type: what lies beyond its range becomes the end of the range. For
   * int64 the upper end is infinite, because no double is its largest value.
   */
  public double nearest(double value) {
    if (isFloating() || holds(value)) {
      return value;
    }
    return value < 0 ? least() : this == INT64 ? Double.POSITIVE_INFINITY : end() - 1;
  }
}

package org.maskwright.engine.trace;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;

/**
 * Element types of ONNX tensors, as far as models here have them.
 *
 * <p><b>Source</b> TensorProto.DataType of ONNX's onnx.proto
 */
public enum OnnxType {
  /** IEEE 754 binary32. */
  FLOAT(1, 4),
  /** Unsigned bytes. */
  UINT8(2, 1),
  /** Signed bytes. */
  INT8(3, 1),
  /** Signed 32-bit integers. */
  INT32(6, 4),
  /** Signed 64-bit integers. */
  INT64(7, 8),
  /** One byte, 0 or 1. */
  BOOL(9, 1),
  /** IEEE 754 binary16. */
  FLOAT16(10, 2);

  private final int number;
  private final int bytes;

  OnnxType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /**
   * The type of tensors here.
   *
   * @throws EngineException for bfloat16 and float16, in which no model is recorded
   */
  public static OnnxType of(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> FLOAT;
      case INT64 -> INT64;
      case INT32 -> INT32;
      case UINT8 -> UINT8;
      case BOOL -> BOOL;
      case BFLOAT16, FLOAT16 ->
          throw new EngineException(
              "recording: expected float32, got "
                  + dtype
                  + "; record with engine.precision = fp32");
    };
  }

  /** Its number in ONNX's files. */
  public int number() {
    return number;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}

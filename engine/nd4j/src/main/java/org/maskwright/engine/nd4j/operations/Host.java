package org.maskwright.engine.nd4j.operations;

import java.util.function.Supplier;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Between the engine's arrays and Java arrays or INDArrays; everything is copied. */
final class Host {
  private final Operations operations;

  Host(Operations operations) {
    this.operations = operations;
  }

  OpArray fromHost(INDArray array) {
    DType dtype = DType.of(array.dataType());
    if (array.isEmpty()) {
      return operations.empty(dtype, array.shape());
    }
    try (Work work = operations.work()) {
      return work.result(work.dense(array), dtype, array.shape());
    }
  }

  /** A copy in memory of its own; bfloat16 and float16 become float32. */
  INDArray toHost(OpArray a) {
    DataType type = a.dtype().isHalf() ? DataType.FLOAT : a.dtype().host();
    try (Work work = operations.work()) {
      return a.isEmpty()
          ? Nd4j.create(type, a.shape().clone())
          : work.handedOut(work.cast(a.array(), type));
    }
  }

  OpArray fromFloats(float[] data, long[] shape) {
    return of(() -> Nd4j.createFromArray(data), DType.FLOAT32, shape);
  }

  OpArray fromLongs(long[] data, long[] shape) {
    return of(() -> Nd4j.createFromArray(data), DType.INT64, shape);
  }

  /** By way of signed bytes: casts wrap, and give true but for 0. */
  OpArray fromBytes(byte[] data, DType dtype, long[] shape) {
    return of(() -> Nd4j.createFromArray(data), dtype, shape);
  }

  private OpArray of(Supplier<INDArray> copy, DType dtype, long[] shape) {
    if (Shapes.product(shape) == 0) {
      return operations.empty(dtype, shape);
    }
    try (Work work = operations.work()) {
      return work.result(work.own(copy.get()), dtype, shape);
    }
  }

  private static DataBuffer elements(Work work, OpArray a, DataType type) {
    return work.cast(a.array(), type).data();
  }

  float[] toFloats(OpArray a) {
    if (a.isEmpty()) {
      return new float[0];
    }
    try (Work work = operations.work()) {
      return elements(work, a, DataType.FLOAT).asFloat();
    }
  }

  long[] toLongs(OpArray a) {
    if (a.isEmpty()) {
      return new long[0];
    }
    try (Work work = operations.work()) {
      return elements(work, a, DataType.INT64).asLong();
    }
  }

  byte[] toBytes(OpArray a) {
    if (a.isEmpty()) {
      return new byte[0];
    }
    try (Work work = operations.work()) {
      int[] wide = elements(work, a, DataType.INT32).asInt();
      byte[] out = new byte[wide.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = (byte) wide[i];
      }
      return out;
    }
  }
}

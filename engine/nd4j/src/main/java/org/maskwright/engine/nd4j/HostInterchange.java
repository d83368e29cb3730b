package org.maskwright.engine.nd4j;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.MemoryAccount;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Between the engine's arrays and Java arrays or INDArrays. */
final class HostInterchange {
  private final MemoryAccount account;
  private final Elementwise elementwise;

  HostInterchange(MemoryAccount account, Elementwise elementwise) {
    this.account = account;
    this.elementwise = elementwise;
  }

  /** A copy: the lender may free or change its memory at any time. */
  NdArray fromHost(INDArray array) {
    DType dtype = DType.of(array.dataType());
    long[] shape = array.shape();
    if (array.isEmpty()) {
      return NdArray.allocate(account, dtype, shape);
    }
    boolean dense = isDense(array);
    NdArray result = NdArray.allocate(account, dtype, shape);
    try {
      INDArray source = dense ? array : array.dup('c');
      try {
        int byteCount = result.bytes().capacity();
        result.bytes().put(0, buffer(source.data().addressPointer(), byteCount), 0, byteCount);
      } finally {
        if (!dense) {
          source.close();
        }
      }
      return result;
    } catch (RuntimeException | Error e) {
      result.release();
      throw e;
    } finally {
      Reference.reachabilityFence(array); // its memory goes with it
    }
  }

  private static boolean isDense(INDArray array) {
    return array.rank() == 0 || (array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array));
  }

  private static ByteBuffer buffer(Pointer address, long byteCount) {
    BytePointer pointer = new BytePointer(address);
    pointer.position(0);
    pointer.capacity(byteCount);
    return pointer.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A copy in memory of its own; bfloat16 and float16 become float32. */
  INDArray toHost(NdArray a) {
    if (a.dtype().isHalf()) {
      NdArray wide = elementwise.cast(a, DType.FLOAT32);
      try {
        return toHost(wide);
      } finally {
        wide.release();
      }
    }
    DataType type = a.dtype().host();
    long[] shape = a.shape().clone();
    if (a.size() == 0) {
      return Nd4j.create(type, shape);
    }
    INDArray host =
        a.rank() == 0 ? Nd4j.scalar(type, 0) : Nd4j.createUninitialized(type, shape, 'c');
    int byteCount = a.bytes().capacity();
    buffer(host.data().addressPointer(), byteCount).put(0, a.bytes(), 0, byteCount);
    return host;
  }

  NdArray fromFloats(float[] data, long[] shape) {
    NdArray out = NdArray.allocate(account, DType.FLOAT32, shape);
    Tiles.store(data, out.size(), out, 0);
    return out;
  }

  NdArray fromLongs(long[] data, long[] shape) {
    NdArray out = NdArray.allocate(account, DType.INT64, shape);
    out.bytes().asLongBuffer().put(0, data, 0, out.size());
    return out;
  }

  NdArray fromBytes(byte[] data, DType dtype, long[] shape) {
    NdArray out = NdArray.allocate(account, dtype, shape);
    if (dtype == DType.BOOL) {
      for (int i = 0; i < out.size(); i++) {
        out.bytes().put(i, (byte) (data[i] != 0 ? 1 : 0));
      }
    } else {
      out.bytes().put(0, data, 0, out.size());
    }
    return out;
  }

  float[] toFloats(NdArray a) {
    float[] out = new float[a.size()];
    Tiles.load(a, 0, out.length, out);
    return out;
  }

  long[] toLongs(NdArray a) {
    long[] out = new long[a.size()];
    Tiles.load(a, 0, out.length, out);
    return out;
  }

  byte[] toBytes(NdArray a) {
    byte[] out = new byte[a.size()];
    a.bytes().get(0, out, 0, out.length);
    return out;
  }
}

package org.maskwright.engine.nd4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.EngineException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Between the engine's arrays and Java arrays or INDArrays. */
// DataType.LONG, INT and UBYTE are deprecated names, but their successors are no enum constants.
@SuppressWarnings("deprecation")
final class HostInterchange {
  private final MemoryAccount account;
  private final Elementwise elementwise;

  HostInterchange(MemoryAccount account, Elementwise elementwise) {
    this.account = account;
    this.elementwise = elementwise;
  }

  /** Shares float32 memory in row-major order; copies everything else. */
  NdArray fromHost(INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalArgumentException(
          "nd4j: expected an open INDArray, got one of shape "
              + Shapes.text(array.shape())
              + " that was closed");
    }
    long[] shape = array.shape();
    if (array.isEmpty()) {
      return NdArray.allocate(account, dtype(widened(array.dataType())), shape);
    }
    DataType type = widened(array.dataType());
    INDArray typed = type == array.dataType() ? array : array.castTo(type);
    INDArray dense = isDense(typed) ? typed : typed.dup('c');
    Pointer address = dense.data().addressPointer();
    NdArray result;
    if (type == DataType.FLOAT && dense == array) {
      return NdArray.borrow(account, DType.FLOAT32, shape, address, array);
    }
    result = NdArray.allocate(account, dtype(type), shape);
    result.bytes().put(0, buffer(address, result.bytes().capacity()), 0, result.bytes().capacity());
    if (dense != typed) {
      dense.close();
    }
    if (typed != array) {
      typed.close();
    }
    return result;
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

  /** The nearest of our dtypes that holds all values, except that double becomes float32. */
  private static DataType widened(DataType type) {
    return switch (type) {
      case DOUBLE, FLOAT, HALF -> DataType.FLOAT;
      case BFLOAT16 -> DataType.BFLOAT16;
      case LONG, UINT32, UINT64 -> DataType.LONG;
      case INT, SHORT, UINT16, BYTE -> DataType.INT;
      case UBYTE -> DataType.UBYTE;
      case BOOL -> DataType.BOOL;
      default ->
          throw new EngineException("nd4j: expected an INDArray of numbers, got data type " + type);
    };
  }

  private static DType dtype(DataType type) {
    return switch (type) {
      case FLOAT -> DType.FLOAT32;
      case BFLOAT16 -> DType.BFLOAT16;
      case LONG -> DType.INT64;
      case INT -> DType.INT32;
      case UBYTE -> DType.UINT8;
      case BOOL -> DType.BOOL;
      default -> throw new IllegalArgumentException("no dtype for " + type);
    };
  }

  /** A copy in memory of its own; bfloat16 becomes float32. */
  INDArray toHost(NdArray a) {
    if (a.dtype() == DType.BFLOAT16) {
      NdArray wide = elementwise.cast(a, DType.FLOAT32);
      try {
        return toHost(wide);
      } finally {
        wide.release();
      }
    }
    DataType type =
        switch (a.dtype()) {
          case FLOAT32, BFLOAT16 -> DataType.FLOAT;
          case INT64 -> DataType.LONG;
          case INT32 -> DataType.INT;
          case UINT8 -> DataType.UBYTE;
          case BOOL -> DataType.BOOL;
        };
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

package org.maskwright.engine.nd4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;

/**
 * Contiguous row-major host memory with its shape and dtype: memory of its own (freed with the last
 * reference), or a view of another array (keeps a reference to it).
 */
final class NdArray extends DeviceArray {
  private static final ByteBuffer EMPTY =
      ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());

  private final DType dtype;
  private final long[] shape;
  private final int size;
  private final Pointer memory;
  private ByteBuffer bytes;

  /** The same memory of a float32 array; set here, as several threads may ask at once. */
  private FloatBuffer floats;

  private NdArray(
      MemoryAccount account,
      long ownBytes,
      DType dtype,
      long[] shape,
      Pointer memory,
      ByteBuffer bytes) {
    super(account, ownBytes);
    this.dtype = dtype;
    this.shape = shape;
    this.size = Extents.size(shape);
    this.memory = memory;
    this.bytes = bytes;
    this.floats = dtype == DType.FLOAT32 ? bytes.asFloatBuffer() : null;
  }

  private NdArray(MemoryAccount account, NdArray base, long[] shape, ByteBuffer bytes) {
    super(account, base);
    this.dtype = base.dtype;
    this.shape = shape;
    this.size = Extents.size(shape);
    this.memory = null;
    this.bytes = bytes;
    this.floats = dtype == DType.FLOAT32 ? bytes.asFloatBuffer() : null;
  }

  /** New memory with undefined content. */
  static NdArray allocate(MemoryAccount account, DType dtype, long[] shape) {
    long byteCount = Extents.bytes(shape, dtype);
    if (byteCount == 0) {
      return new NdArray(account, 0, dtype, shape.clone(), null, EMPTY);
    }
    Pointer memory = Pointer.malloc(byteCount);
    if (memory == null || memory.isNull()) {
      throw new DeviceMemoryException(
          "nd4j: out of memory: the system refused "
              + byteCount
              + " bytes for a "
              + dtype
              + " array of shape "
              + Shapes.text(shape)
              + "; "
              + account.liveBytes()
              + " bytes are live. Use a smaller batch or image, or close tensors earlier");
    }
    return new NdArray(account, byteCount, dtype, shape.clone(), memory, buffer(memory, byteCount));
  }

  /** The elements from {@code offset} on in another shape, sharing this array's memory. */
  NdArray view(MemoryAccount account, long[] newShape, int offset) {
    ByteBuffer all = bytes();
    int byteCount = (int) Extents.bytes(newShape, dtype);
    ByteBuffer part =
        offset == 0 && byteCount == all.capacity()
            ? all
            : all.slice(offset * dtype.bytes(), byteCount).order(ByteOrder.nativeOrder());
    return new NdArray(account, this, newShape.clone(), part);
  }

  private static ByteBuffer buffer(Pointer memory, long byteCount) {
    BytePointer pointer = new BytePointer(memory);
    pointer.capacity(byteCount);
    return pointer.asByteBuffer();
  }

  DType dtype() {
    return dtype;
  }

  /** Not to be changed. */
  long[] shape() {
    return shape;
  }

  int rank() {
    return shape.length;
  }

  /** Length of an axis. */
  int dim(int axis) {
    return (int) shape[axis];
  }

  /** Elements. */
  int size() {
    return size;
  }

  /** The memory; its position must not be changed. */
  ByteBuffer bytes() {
    requireLive();
    return bytes;
  }

  private void requireLive() {
    if (isFreed()) {
      throw new EngineException(
          "nd4j: array of shape "
              + Shapes.text(shape)
              + " used after it was freed; retain it for longer");
    }
  }

  /** The memory of a float32 array; its position must not be changed. */
  FloatBuffer floats() {
    requireLive();
    if (dtype != DType.FLOAT32) {
      throw new IllegalArgumentException("nd4j: expected float32, got " + dtype);
    }
    return floats;
  }

  /** For BLAS: a pointer to the element at {@code offset}. */
  FloatPointer pointer(int offset) {
    return new FloatPointer(floats()).getPointer(offset);
  }

  @Override
  protected void free() {
    bytes = null;
    floats = null;
    if (memory != null) {
      Pointer.free(memory);
    }
  }
}

package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A dense array in row-major order: memory of its own, closed with the last reference, or the same
 * elements as another array in another shape, which keeps a reference to it.
 */
final class OpArray extends DeviceArray {
  private final DType dtype;
  private final long[] shape;
  private final INDArray owned; // null of a view, and where there are no elements
  private final INDArray source; // of which the array is a view, or the array itself
  private INDArray array; // null where there are no elements, and when freed

  private OpArray(MemoryAccount account, INDArray owned, DType dtype, long[] shape) {
    super(account, owned == null ? 0 : owned.length() * dtype.bytes());
    this.dtype = dtype;
    this.shape = shape;
    this.owned = owned;
    this.source = owned;
    this.array = owned == null ? null : shaped(owned, shape);
  }

  private OpArray(MemoryAccount account, OpArray base, long[] shape) {
    super(account, base);
    this.dtype = base.dtype;
    this.shape = shape;
    this.owned = null;
    this.source = base.array == null ? null : base.array();
    this.array = source == null ? null : viewed(source, shape);
  }

  /** Takes over an array in row-major order, whatever its shape, of as many elements. */
  static OpArray owning(MemoryAccount account, INDArray array, DType dtype, long[] shape) {
    return new OpArray(account, array, dtype, shape.clone());
  }

  /** Of no elements. */
  static OpArray empty(MemoryAccount account, DType dtype, long[] shape) {
    return new OpArray(account, (INDArray) null, dtype, shape.clone());
  }

  /** The same elements in another shape. */
  OpArray view(MemoryAccount account, long[] other) {
    return new OpArray(account, this, other.clone());
  }

  /** The elements of a dense array in row-major order in another shape. */
  static INDArray shaped(INDArray array, long[] shape) {
    return Arrays.equals(array.shape(), shape) ? array : viewed(array, shape);
  }

  /**
   * Always an INDArray of its own, never of copied elements, as {@link INDArray#reshape} may be.
   */
  private static INDArray viewed(INDArray array, long[] shape) {
    return shape.length == 0
        ? Nd4j.create(array.data(), new int[0], new int[0], 0)
        : Nd4j.create(array.data(), shape, Shapes.strides(shape), 0, 'c');
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
    return Math.toIntExact(shape[axis]);
  }

  /** Elements. */
  long size() {
    return Shapes.product(shape);
  }

  boolean isEmpty() {
    return size() == 0;
  }

  /** The elements, of which there are some. */
  INDArray array() {
    if (isFreed()) {
      throw new EngineException(
          "nd4j: array of shape "
              + Arrays.toString(shape)
              + " used after it was freed; retain it for longer");
    }
    return array;
  }

  @Override
  protected void free() {
    if (array != null) {
      NativeMemory.freeView(array, source);
    }
    array = null;
    if (owned != null) {
      NativeMemory.free(owned);
    }
  }
}

package org.maskwright.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;

/**
 * A native tensor, or a view of another array's memory. A view holds a reference to the array that
 * owns the memory, so that bytes are counted as long as they are in use.
 */
final class TorchArray extends DeviceArray {
  private Tensor tensor;

  /** An array with memory of its own. */
  TorchArray(MemoryAccount account, Tensor tensor, long bytes) {
    super(account, bytes);
    this.tensor = tensor;
  }

  private TorchArray(MemoryAccount account, Tensor tensor, TorchArray base) {
    super(account, base);
    this.tensor = tensor;
  }

  /** A view of this array's memory. */
  TorchArray view(MemoryAccount account, Tensor viewed) {
    return new TorchArray(account, viewed, this);
  }

  /**
   * The native tensor behind an argument.
   *
   * @throws EngineException if the array was freed or belongs to another backend
   */
  static Tensor tensor(DeviceArray array) {
    if (!(array instanceof TorchArray own)) {
      throw new EngineException(
          "torch: expected an array of this backend, got "
              + (array == null ? "null" : array.getClass().getName())
              + "; move it through toHost and fromHost");
    }
    Tensor tensor = own.tensor;
    if (tensor == null) {
      throw new EngineException("torch: array used after it was freed; retain it for longer");
    }
    return tensor;
  }

  /** The shape of a native tensor. */
  static long[] shape(Tensor tensor) {
    long[] shape = new long[(int) tensor.dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.size(i);
    }
    return shape;
  }

  @Override
  protected void free() {
    tensor.close();
    tensor = null;
  }

  @Override
  public String toString() {
    return tensor == null
        ? "freed"
        : tensor.scalar_type() + java.util.Arrays.toString(shape(tensor));
  }
}

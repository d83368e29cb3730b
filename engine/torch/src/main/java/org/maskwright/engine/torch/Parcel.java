package org.maskwright.engine.torch;

import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Arrays for an exchange, one behind the other in a native tensor. Whatever works with the tensor
 * holds a reference of its own to it: closing a parcel gives back this one's.
 */
final class Parcel implements AutoCloseable {
  private final List<FloatBuffer> arrays;
  private final Tensor tensor; // [n]
  private final TensorVector vector;

  /**
   * @param options of float32 in the host's memory
   */
  Parcel(List<FloatBuffer> arrays, TensorOptions options, MemoryFormatOptional format) {
    this.arrays = List.copyOf(arrays);
    long elements = this.arrays.stream().mapToLong(FloatBuffer::remaining).sum();
    this.tensor = torch.empty(new long[] {elements}, options, format);
    this.vector = new TensorVector(tensor);
  }

  /** The tensor alone, as c10d takes it. */
  TensorVector vector() {
    return vector;
  }

  /** Fills it with what the arrays hold. */
  void load() {
    try (FloatPointer memory = tensor.data_ptr_float()) {
      FloatBuffer all = memory.capacity(tensor.numel()).asBuffer();
      arrays.forEach(array -> all.put(array.duplicate()));
    }
  }

  /** Overwrites the arrays. */
  void unload() {
    try (FloatPointer memory = tensor.data_ptr_float()) {
      FloatBuffer all = memory.capacity(tensor.numel()).asBuffer();
      for (FloatBuffer array : arrays) {
        FloatBuffer part = all.slice(all.position(), array.remaining());
        array.duplicate().put(part);
        all.position(all.position() + part.limit());
      }
    }
  }

  @Override
  public void close() {
    vector.close();
    tensor.close();
  }
}

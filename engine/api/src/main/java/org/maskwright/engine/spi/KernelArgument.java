package org.maskwright.engine.spi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An argument of a {@link org.maskwright.engine.array.DeviceKernel}: an array, as the pointer to
 * its first element, or a value.
 *
 * @param array row-major; null for a value
 * @param value the bytes of a value in native order; null for an array
 */
public record KernelArgument(DeviceArray array, ByteBuffer value) {
  /** The pointer to an array's elements. */
  public static KernelArgument of(DeviceArray array) {
    return new KernelArgument(array, null);
  }

  /** An int, or a struct of several. */
  public static KernelArgument of(int... values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Integer.BYTES * values.length).order(ByteOrder.nativeOrder());
    bytes.asIntBuffer().put(values);
    return new KernelArgument(null, bytes);
  }

  /** A float, or a struct of several. */
  public static KernelArgument of(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Float.BYTES * values.length).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return new KernelArgument(null, bytes);
  }
}

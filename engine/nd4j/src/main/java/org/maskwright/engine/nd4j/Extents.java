package org.maskwright.engine.nd4j;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Shapes;

/** Sizes and strides of arrays below 2 GiB, which kernels address through NIO buffers. */
final class Extents {
  private Extents() {}

  /** Number of elements; 1 for rank 0. */
  static int size(long[] shape) {
    return Math.toIntExact(Shapes.product(shape));
  }

  /** Number of elements of the axes {@code from} to {@code to} (exclusive). */
  static int span(long[] shape, int from, int to) {
    return Math.toIntExact(Shapes.span(shape, from, to));
  }

  /**
   * Bytes of an array.
   *
   * @throws EngineException above 2 GiB
   */
  static long bytes(long[] shape, DType dtype) {
    long count;
    try {
      count = Math.multiplyExact(Shapes.product(shape), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      count = Long.MAX_VALUE;
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new EngineException(
          "nd4j: expected arrays below 2 GiB, got "
              + dtype
              + " "
              + Shapes.text(shape)
              + "; use a smaller batch, or engine.backend = torch");
    }
    return count;
  }

  /** Row-major strides in elements. */
  static int[] strides(long[] shape) {
    int[] strides = new int[shape.length];
    int step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= (int) Math.max(1, shape[i]);
    }
    return strides;
  }

  /** Strides that read an array of {@code shape} as if it had shape {@code target}. */
  static int[] broadcastStrides(long[] shape, long[] target) {
    int[] own = strides(shape);
    int[] strides = new int[target.length];
    int lead = target.length - shape.length;
    for (int i = 0; i < shape.length; i++) {
      strides[lead + i] = shape[i] == 1 ? 0 : own[i];
    }
    return strides;
  }
}

package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;

/** Arithmetic on shapes and row-major strides. */
final class Shapes {
  private Shapes() {}

  /** Number of elements; 1 for rank 0. */
  static int size(long[] shape) {
    return Math.toIntExact(product(shape, 0, shape.length));
  }

  /** Product of the axes {@code from} to {@code to} (exclusive). */
  static int span(long[] shape, int from, int to) {
    return Math.toIntExact(product(shape, from, to));
  }

  private static long product(long[] shape, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      if (shape[i] == 0) {
        return 0;
      }
    }
    for (int i = from; i < to; i++) {
      product = Math.multiplyExact(product, shape[i]);
    }
    return product;
  }

  /**
   * Bytes of an array.
   *
   * @throws EngineException above 2 GiB: kernels address memory through NIO buffers
   */
  static long bytes(long[] shape, DType dtype) {
    long count;
    try {
      count = Math.multiplyExact(product(shape, 0, shape.length), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      count = Long.MAX_VALUE;
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new EngineException(
          "nd4j: expected arrays below 2 GiB, got "
              + dtype
              + " "
              + text(shape)
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

  /** The shape that both broadcast to. */
  static long[] broadcast(long[] a, long[] b) {
    long[] out = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= out.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            "nd4j: expected shapes that broadcast, got " + text(a) + " and " + text(b));
      }
      out[out.length - i] = x == 1 ? y : x;
    }
    return out;
  }

  /** Copy with one axis changed. */
  static long[] with(long[] shape, int axis, long length) {
    long[] out = shape.clone();
    out[axis] = length;
    return out;
  }

  /** Copy without one axis. */
  static long[] without(long[] shape, int axis) {
    long[] out = new long[shape.length - 1];
    for (int i = 0, j = 0; i < shape.length; i++) {
      if (i != axis) {
        out[j++] = shape[i];
      }
    }
    return out;
  }

  static String text(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}

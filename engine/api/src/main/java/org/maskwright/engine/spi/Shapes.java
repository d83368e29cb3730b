package org.maskwright.engine.spi;

import java.util.Arrays;

/** Arithmetic on shapes of dense arrays in row-major order, as tensors and backends need it. */
public final class Shapes {
  private Shapes() {}

  /**
   * Number of elements; 1 of rank 0.
   *
   * @throws ArithmeticException beyond 64 bits
   */
  public static long product(long... shape) {
    return span(shape, 0, shape.length);
  }

  /**
   * Number of elements of the axes {@code from} to {@code to} (exclusive).
   *
   * @throws ArithmeticException beyond 64 bits
   */
  public static long span(long[] shape, int from, int to) {
    for (int i = from; i < to; i++) {
      if (shape[i] == 0) {
        return 0;
      }
    }
    long product = 1;
    for (int i = from; i < to; i++) {
      product = Math.multiplyExact(product, shape[i]);
    }
    return product;
  }

  /** Elements between two neighbours along each axis. */
  public static long[] strides(long... shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= Math.max(1, shape[i]);
    }
    return strides;
  }

  /**
   * The shape that both broadcast to, as in NumPy.
   *
   * @param op who asks, for the message
   * @throws IllegalArgumentException if there is none
   */
  public static long[] broadcast(String op, long[] a, long[] b) {
    long[] out = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= out.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            op
                + ": expected shapes that broadcast (equal or 1 from the last axis on), got "
                + text(a)
                + " and "
                + text(b));
      }
      out[out.length - i] = x == 1 ? y : x;
    }
    return out;
  }

  /** Copy with one axis changed. */
  public static long[] with(long[] shape, int axis, long length) {
    long[] out = shape.clone();
    out[axis] = length;
    return out;
  }

  /** Copy without one axis. */
  public static long[] without(long[] shape, int axis) {
    long[] out = new long[shape.length - 1];
    for (int i = 0, j = 0; i < shape.length; i++) {
      if (i != axis) {
        out[j++] = shape[i];
      }
    }
    return out;
  }

  /** As messages have it, such as {@code [2,3]}. */
  public static String text(long... shape) {
    return Arrays.toString(shape).replace(" ", "");
  }
}

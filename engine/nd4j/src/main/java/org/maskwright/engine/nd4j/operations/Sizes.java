package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;

/** Arithmetic on shapes. */
final class Sizes {
  private Sizes() {}

  /** Number of elements; 1 of rank 0. */
  static long product(long... shape) {
    long out = 1;
    for (long n : shape) {
      if (n == 0) {
        return 0;
      }
    }
    for (long n : shape) {
      out = Math.multiplyExact(out, n);
    }
    return out;
  }

  /** Number of elements of the axes {@code from} to {@code to} (exclusive). */
  static long span(long[] shape, int from, int to) {
    return product(Arrays.copyOfRange(shape, from, to));
  }

  /** The shape that both broadcast to; they are known to fit. */
  static long[] broadcast(long[] a, long[] b) {
    long[] out = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= out.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
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

  /** Elements between two neighbours along each axis. */
  static long[] strides(long[] shape) {
    long[] out = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      out[i] = step;
      step *= shape[i];
    }
    return out;
  }
}

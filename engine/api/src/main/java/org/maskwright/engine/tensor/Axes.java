package org.maskwright.engine.tensor;

import java.util.Arrays;
import org.maskwright.engine.spi.Shapes;

/** Which axes an operation is asked for, and the shapes it leaves; {@link Shapes} has the rest. */
final class Axes {
  private Axes() {}

  /** Non-negative axis; negative ones count from the end. */
  static int axis(String op, int dim, int rank) {
    int d = dim < 0 ? dim + rank : dim;
    if (d < 0 || d >= rank) {
      throw new IllegalArgumentException(
          op + ": expected an axis in [" + -rank + "," + (rank - 1) + "], got " + dim);
    }
    return d;
  }

  /** Distinct non-negative axes, ascending; none given means all. */
  static int[] axes(String op, int[] dims, int rank) {
    if (dims.length == 0) {
      int[] all = new int[rank];
      Arrays.setAll(all, i -> i);
      return all;
    }
    int[] out = new int[dims.length];
    for (int i = 0; i < dims.length; i++) {
      out[i] = axis(op, dims[i], rank);
    }
    Arrays.sort(out);
    for (int i = 1; i < out.length; i++) {
      if (out[i] == out[i - 1]) {
        throw new IllegalArgumentException(
            op + ": expected distinct axes, got " + Arrays.toString(dims));
      }
    }
    return out;
  }

  static long[] reduced(long[] shape, int[] dims, boolean keep) {
    boolean[] gone = new boolean[shape.length];
    for (int d : dims) {
      gone[d] = true;
    }
    long[] out = new long[keep ? shape.length : shape.length - dims.length];
    int k = 0;
    for (int i = 0; i < shape.length; i++) {
      if (!gone[i]) {
        out[k++] = shape[i];
      } else if (keep) {
        out[k++] = 1;
      }
    }
    return out;
  }

  /** A shape with one -1 resolved. */
  static long[] resolve(long[] from, long[] to) {
    long known = 1;
    int free = -1;
    for (int i = 0; i < to.length; i++) {
      if (to[i] == -1 && free < 0) {
        free = i;
      } else if (to[i] < 0) {
        throw new IllegalArgumentException(
            "reshape: expected sizes >= 0 and at most one -1, got " + Shapes.text(to));
      } else {
        known = Math.multiplyExact(known, to[i]);
      }
    }
    long n = Shapes.product(from);
    long[] out = to.clone();
    if (free >= 0) {
      if (known == 0 || n % known != 0) {
        throw new IllegalArgumentException(
            "reshape: cannot infer -1 in "
                + Shapes.text(to)
                + " from "
                + Shapes.text(from)
                + " ("
                + n
                + " elements)");
      }
      out[free] = n / known;
    }
    if (Shapes.product(out) != n) {
      throw new IllegalArgumentException(
          "reshape: expected "
              + n
              + " elements as in "
              + Shapes.text(from)
              + ", got "
              + Shapes.text(to));
    }
    return out;
  }
}

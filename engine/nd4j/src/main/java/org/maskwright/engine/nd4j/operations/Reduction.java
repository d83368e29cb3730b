package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reductions along axes, and what depends on the order of the elements of an axis. */
final class Reduction {
  private static final long LOW_BITS = 1L << 32;

  private final Operations operations;
  private final Elements elements;

  Reduction(Operations operations, Elements elements) {
    this.operations = operations;
    this.elements = elements;
  }

  OpArray reduce(ReduceOp op, OpArray a, int[] dims, boolean keep) {
    DType dtype = op == ReduceOp.SUM && !a.dtype().isFloating() ? DType.INT64 : a.dtype();
    long[] shape = a.shape().clone();
    for (int d : dims) {
      shape[d] = 1;
    }
    if (!keep) {
      shape = without(shape, dims);
    }
    if (Shapes.product(shape) == 0) {
      return operations.empty(dtype, shape);
    }
    if (a.isEmpty()) {
      return elements.full(shape, dtype, ofNothing(op));
    }
    try (Work work = operations.work()) {
      INDArray x = work.wide(a);
      if (op == ReduceOp.SUM && !a.dtype().isFloating()) {
        x = work.cast(x, DataType.INT64);
      }
      return work.result(dims.length == 0 ? work.dense(x) : of(work, op, x, dims), dtype, shape);
    }
  }

  private static double ofNothing(ReduceOp op) {
    return switch (op) {
      case SUM, ANY -> 0;
      case ALL -> 1;
      case MEAN -> Double.NaN;
      case MAX, MIN -> throw new IllegalArgumentException("nd4j: no largest of nothing");
    };
  }

  private static long[] without(long[] shape, int[] dims) {
    long[] out = new long[shape.length - dims.length];
    int at = 0;
    for (int i = 0; i < shape.length; i++) {
      if (Arrays.binarySearch(dims, i) < 0) {
        out[at++] = shape[i];
      }
    }
    return out;
  }

  private static INDArray of(Work work, ReduceOp op, INDArray x, int... dims) {
    long[] axes = Arrays.stream(dims).asLongStream().toArray();
    return switch (op) {
      case SUM -> work.reduced("reduce_sum", x, axes);
      case MEAN -> mean(work, x, axes);
      case MAX -> extreme(work, "reduce_max", x, axes);
      case MIN -> extreme(work, "reduce_min", x, axes);
      case ANY -> bits(work, "reduce_max", x, axes);
      case ALL -> bits(work, "reduce_min", x, axes);
    };
  }

  /** The mean along axes, which keep length 1. */
  static INDArray mean(Work work, INDArray x, long... axes) {
    double count = 1;
    for (long axis : axes) {
      count *= x.size((int) axis);
    }
    INDArray sum = work.reduced("reduce_sum", x, axes);
    return work.run("divide", sum, work.scalar(sum.dataType(), count));
  }

  private static INDArray bits(Work work, String operation, INDArray x, long[] axes) {
    INDArray y = work.reduced(operation, work.cast(x, DataType.INT32), axes);
    return work.cast(y, DataType.BOOL);
  }

  /** ND4J's ignores NaN, and the largest of bytes and booleans that are 0 is 1. */
  private static INDArray extreme(Work work, String operation, INDArray x, long[] axes) {
    boolean small = x.dataType() == DataType.UINT8 || x.dataType() == DataType.BOOL;
    INDArray y = work.reduced(operation, small ? work.cast(x, DataType.INT32) : x, axes);
    if (!x.dataType().isFPType()) {
      return y;
    }
    INDArray nan = bits(work, "reduce_max", work.isNaN(x), axes);
    INDArray filled = work.filled(y, Double.NaN);
    return work.select(nan, filled, y);
  }

  OpArray argMax(OpArray a, int dim) {
    long[] shape = Shapes.without(a.shape(), dim);
    if (Shapes.product(shape) == 0) {
      return operations.empty(DType.INT64, shape);
    }
    try (Work work = operations.work()) {
      return work.result(largest(work, work.wide(a), dim), DType.INT64, shape);
    }
  }

  /** The position of the first of the largest along an axis; NaN is above all. */
  private static INDArray largest(Work work, INDArray x, int dim) {
    INDArray number =
        x.dataType() == DataType.UINT8 || x.dataType() == DataType.BOOL
            ? work.cast(x, DataType.INT32)
            : x;
    INDArray max = extreme(work, "reduce_max", number, new long[] {dim});
    INDArray wide = work.expand(max, number.shape());
    INDArray hit = work.run("equals", number, wide);
    if (number.dataType().isFPType()) {
      INDArray both = work.run("boolean_and", work.isNaN(number), work.isNaN(wide));
      hit = work.run("boolean_or", hit, both);
    }
    long n = number.size(dim);
    long[] along = new long[number.rank()];
    Arrays.fill(along, 1);
    along[dim] = n;
    INDArray place = work.expand(work.reshape(Layout.count(work, n), along), number.shape());
    INDArray none = work.filled(place, n);
    return work.reduced("reduce_min", work.select(hit, place, none), dim);
  }

  OpArray cumSum(OpArray a, int dim) {
    DType dtype = a.dtype().isFloating() ? a.dtype() : DType.INT64;
    if (a.isEmpty()) {
      return operations.empty(dtype, a.shape());
    }
    try (Work work = operations.work()) {
      INDArray x = work.wide(a);
      INDArray number = a.dtype().isFloating() ? x : work.cast(x, DataType.INT64);
      INDArray sums =
          a.rank() == 0 ? work.dense(number) : work.run("cumsum", new long[] {0, 0, dim}, number);
      return work.result(sums, dtype, a.shape());
    }
  }

  /**
   * {values, int64 indices}, falling; of equal elements the first comes first. ND4J's top_k repeats
   * an index where elements are equal: here they never are, as each becomes a number that holds its
   * order and its place.
   */
  OpArray[] topK(OpArray a, int k) {
    long[] shape = Shapes.with(a.shape(), a.rank() - 1, k);
    if (Shapes.product(shape) == 0) {
      return new OpArray[] {
        operations.empty(a.dtype(), shape), operations.empty(DType.INT64, shape)
      };
    }
    int n = a.dim(a.rank() - 1);
    long rows = a.size() / n;
    try (Work work = operations.work()) {
      INDArray keys = work.reshape(work.cast(order(work, work.wide(a)), DataType.INT64), rows, n);
      INDArray high = work.run("multiply", keys, work.scalar(DataType.INT64, LOW_BITS));
      INDArray place =
          work.run(
              "subtract",
              work.scalar(DataType.INT64, n - 1),
              work.reshape(Layout.count(work, n), 1, n));
      INDArray unique = work.run("add", high, place);
      INDArray index = work.all("top_k", new long[] {k, 1}, unique)[1]; // [rows,k]
      INDArray start =
          work.reshape(
              work.run("multiply", Layout.count(work, rows), work.scalar(DataType.INT64, n)),
              rows,
              1);
      INDArray flat = work.reshape(work.run("add", index, start), rows * k);
      INDArray values = Selection.picked(work, work.reshape(a.array(), a.size()), flat);
      return new OpArray[] {
        work.result(values, a.dtype(), shape), work.result(index, DType.INT64, shape)
      };
    }
  }

  /** Numbers of 32 bits in the order of the elements, NaN above all. */
  private static INDArray order(Work work, INDArray x) {
    if (!x.dataType().isFPType()) {
      return x;
    }
    INDArray zero = work.scalar(DataType.FLOAT, 0);
    INDArray unsigned = work.run("add", x, zero); // -0 becomes 0
    INDArray bits =
        work.cast(
            work.run("bitcast", new long[] {DataType.INT32.toInt()}, unsigned), DataType.INT64);
    INDArray least = work.scalar(DataType.INT64, -0x1p31);
    INDArray negative = work.run("subtract", least, bits);
    INDArray ordered =
        work.select(work.run("less", bits, work.scalar(DataType.INT64, 0)), negative, bits);
    INDArray top = work.filled(ordered, Integer.MAX_VALUE);
    return work.select(work.isNaN(x), top, ordered);
  }
}

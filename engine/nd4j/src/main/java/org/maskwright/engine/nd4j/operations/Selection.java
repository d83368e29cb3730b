package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reads and additions at positions that an index array gives. */
final class Selection {
  private final Operations operations;

  Selection(Operations operations) {
    this.operations = operations;
  }

  /** ND4J reads and writes outside of arrays where an index lies there. */
  private static void check(Work work, OpArray index, long length, String op) {
    INDArray all = work.reshape(index.array(), index.size());
    long least = work.reduced("reduce_min", all, 0).getLong(0);
    long most = work.reduced("reduce_max", all, 0).getLong(0);
    if (least < 0 || most >= length) {
      throw new EngineException(
          "%s: expected indices of 0 to %d, got %d in the index of shape %s"
              .formatted(op, length - 1, least < 0 ? least : most, Arrays.toString(index.shape())));
    }
  }

  /** Elements of a vector at positions. */
  static INDArray picked(Work work, INDArray vector, INDArray positions) {
    return taken(work, vector, 0, positions);
  }

  /** What lies at positions of an axis; booleans as int32, as ND4J's gather takes none. */
  private static INDArray taken(Work work, INDArray x, int dim, INDArray positions) {
    INDArray numbers = x.dataType() == DataType.BOOL ? work.cast(x, DataType.INT32) : x;
    return work.run("gather", new long[] {dim}, numbers, positions);
  }

  /**
   * The sums of the rows [n,m] or elements [n] that belong to each of {@code count} positions.
   * ND4J's sum over segments takes one row for a vector and keeps memory for each row, so it sums
   * vectors.
   */
  static INDArray sums(Work work, INDArray rows, INDArray positions, long count) {
    long n = rows.size(0);
    if (rows.length() == n) {
      INDArray elements = work.reshape(rows, n);
      INDArray sums = work.run("unsorted_segment_sum", new long[] {count}, elements, positions);
      return rows.rank() == 1 ? sums : work.reshape(sums, count, 1);
    }
    INDArray zeros = work.own(Nd4j.create(rows.dataType(), count, rows.length() / n));
    return work.added(zeros, positions, rows);
  }

  /** For each element of the index its place in the flat {@code shape}: a vector. */
  private static INDArray places(Work work, long[] shape, int dim, OpArray index) {
    long[] strides = Shapes.strides(shape);
    long[] all = index.shape();
    INDArray out = work.run("multiply", index.array(), work.scalar(DataType.INT64, strides[dim]));
    for (int d = 0; d < shape.length; d++) {
      if (d != dim && all[d] > 1) {
        long[] along = new long[all.length];
        Arrays.fill(along, 1);
        along[d] = all[d];
        INDArray steps =
            work.run(
                "multiply", Layout.count(work, all[d]), work.scalar(DataType.INT64, strides[d]));
        out = work.run("add", out, work.reshape(steps, along));
      }
    }
    return work.reshape(out, index.size());
  }

  OpArray gather(OpArray a, int dim, OpArray index) {
    if (index.isEmpty()) {
      return operations.empty(a.dtype(), index.shape());
    }
    try (Work work = operations.work()) {
      check(work, index, a.rank() == 0 ? 1 : a.dim(dim), "gather");
      if (a.rank() == 0) {
        return work.result(work.dense(a.array()), a.dtype(), index.shape());
      }
      INDArray flat = work.reshape(a.array(), a.size());
      INDArray out = picked(work, flat, places(work, a.shape(), dim, index));
      return work.result(out, a.dtype(), index.shape());
    }
  }

  /** Adds to a copy of {@code base}. */
  OpArray scatterAdd(OpArray base, int dim, OpArray index, OpArray source) {
    try (Work work = operations.work()) {
      if (index.isEmpty() || base.isEmpty()) {
        return copy(work, base);
      }
      check(work, index, base.rank() == 0 ? 1 : base.dim(dim), "scatterAdd");
      INDArray added = work.wide(source);
      for (int d = 0; d < index.rank(); d++) {
        if (added.size(d) != index.shape()[d]) {
          added = Layout.sliced(work, added, d, 0, index.shape()[d], 1);
        }
      }
      INDArray places =
          base.rank() == 0
              ? work.reshape(index.array(), 1)
              : places(work, base.shape(), dim, index);
      INDArray sums = sums(work, work.reshape(added, index.size()), places, base.size());
      INDArray flat = work.reshape(work.wide(base), base.size());
      return work.result(work.run("add", flat, sums), base.dtype(), base.shape());
    }
  }

  private OpArray copy(Work work, OpArray a) {
    return a.isEmpty()
        ? operations.empty(a.dtype(), a.shape())
        : work.result(work.dense(a.array()), a.dtype(), a.shape());
  }

  OpArray indexSelect(OpArray a, int dim, OpArray index) {
    long[] shape = Shapes.with(a.shape(), dim, index.size());
    try (Work work = operations.work()) {
      if (!index.isEmpty()) {
        check(work, index, a.dim(dim), "indexSelect");
      }
      if (Shapes.product(shape) == 0) {
        return operations.empty(a.dtype(), shape);
      }
      INDArray out = taken(work, a.array(), dim, index.array());
      return work.result(out, a.dtype(), shape);
    }
  }

  /** Adds to a copy of {@code base}. */
  OpArray indexAdd(OpArray base, int dim, OpArray index, OpArray source) {
    try (Work work = operations.work()) {
      if (!index.isEmpty()) {
        check(work, index, base.dim(dim), "indexAdd");
      }
      if (source.isEmpty()) {
        return copy(work, base);
      }
      INDArray added = rowsFirst(work, work.wide(source), dim);
      INDArray sums = sums(work, added, index.array(), base.dim(dim));
      INDArray back = rowsBack(work, sums, base.shape(), dim);
      return work.result(work.run("add", work.wide(base), back), base.dtype(), base.shape());
    }
  }

  /** [..,n,..] as [n, all others]. */
  static INDArray rowsFirst(Work work, INDArray x, int dim) {
    int[] order = new int[x.rank()];
    order[0] = dim;
    for (int i = 0, at = 1; i < order.length; i++) {
      if (i != dim) {
        order[at++] = i;
      }
    }
    long n = x.size(dim);
    return work.reshape(Layout.permuted(work, x, order), n, x.length() / n);
  }

  /** The inverse, to {@code shape}. */
  static INDArray rowsBack(Work work, INDArray rows, long[] shape, int dim) {
    long[] first = new long[shape.length];
    first[0] = shape[dim];
    int[] order = new int[shape.length];
    for (int i = 0, at = 1; i < shape.length; i++) {
      if (i != dim) {
        first[at] = shape[i];
        order[i] = at++;
      }
    }
    order[dim] = 0;
    return Layout.permuted(work, work.reshape(rows, first), order);
  }
}

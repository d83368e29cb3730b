package org.maskwright.engine.nd4j.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Other shapes and parts of arrays. Only a reshape shares memory; the rest are dense copies. */
final class Layout {
  private final Operations operations;
  private final Elements elements;

  Layout(Operations operations, Elements elements) {
    this.operations = operations;
    this.elements = elements;
  }

  OpArray reshape(OpArray a, long[] shape) {
    if (a.isEmpty()) {
      return operations.empty(a.dtype(), shape);
    }
    try (Work work = operations.work()) {
      return work.view(a, shape);
    }
  }

  OpArray permute(OpArray a, int[] order) {
    long[] shape = new long[order.length];
    Arrays.setAll(shape, i -> a.shape()[order[i]]);
    if (a.isEmpty()) {
      return operations.empty(a.dtype(), shape);
    }
    try (Work work = operations.work()) {
      return work.result(permuted(work, a.array(), order), a.dtype(), shape);
    }
  }

  /** A dense copy with the axes in another order. */
  static INDArray permuted(Work work, INDArray x, int... order) {
    if (order.length < 2) {
      return work.dense(x);
    }
    return work.dense(work.permute(x, order));
  }

  OpArray expand(OpArray a, long[] shape) {
    if (Shapes.product(shape) == 0) {
      return operations.empty(a.dtype(), shape);
    }
    try (Work work = operations.work()) {
      return work.result(work.expand(a.array(), shape), a.dtype(), shape);
    }
  }

  private static INDArray part(Work work, INDArray x, int dim, long start, long end, long step) {
    INDArrayIndex[] ranges = new INDArrayIndex[x.rank()];
    Arrays.fill(ranges, NDArrayIndex.all());
    boolean one = end - start == 1; // of which ND4J's with a step takes more
    ranges[dim] = NDArrayIndex.interval(start, one ? 1 : step, end);
    return work.part(x, ranges);
  }

  /** Elements start, start+step, ... below end of an axis, dense. */
  static INDArray sliced(Work work, INDArray x, int dim, long start, long end, long step) {
    return work.dense(part(work, x, dim, start, end, step));
  }

  OpArray slice(OpArray a, int dim, long start, long end, long step) {
    long length = start < end ? (end - start - 1) / step + 1 : 0;
    long[] shape = Shapes.with(a.shape(), dim, length);
    if (Shapes.product(shape) == 0) {
      return operations.empty(a.dtype(), shape);
    }
    try (Work work = operations.work()) {
      return work.result(sliced(work, a.array(), dim, start, end, step), a.dtype(), shape);
    }
  }

  void sliceInto(OpArray target, int dim, long start, long end, long step, OpArray source) {
    if (!source.isEmpty()) {
      try (Work work = operations.work()) {
        part(work, target.array(), dim, start, end, step).assign(source.array());
      }
    }
  }

  void addSliceInto(OpArray target, int dim, long start, long end, long step, OpArray source) {
    if (!source.isEmpty()) {
      try (Work work = operations.work()) {
        INDArray part = part(work, target.array(), dim, start, end, step);
        INDArray wide = target.dtype().isHalf() ? work.cast(part, DataType.FLOAT) : part;
        INDArray sum = work.run("add", wide, work.wide(source));
        part.assign(work.cast(sum, target.dtype().host()));
      }
    }
  }

  void copyInto(OpArray target, OpArray source) {
    if (!target.isEmpty()) {
      target.array().assign(source.array());
    }
  }

  OpArray concat(OpArray[] parts, int dim) {
    long length = 0;
    List<INDArray> some = new ArrayList<>();
    for (OpArray part : parts) {
      length += part.shape()[dim];
      if (!part.isEmpty()) {
        some.add(part.array());
      }
    }
    DType dtype = parts[0].dtype();
    long[] shape = Shapes.with(parts[0].shape(), dim, length);
    if (some.isEmpty()) {
      return operations.empty(dtype, shape);
    }
    try (Work work = operations.work()) {
      return work.result(joined(work, dim, some.toArray(INDArray[]::new)), dtype, shape);
    }
  }

  /** One behind the other along an axis. */
  static INDArray joined(Work work, int dim, INDArray... parts) {
    return parts.length == 1 ? work.dense(parts[0]) : work.run("concat", new long[] {dim}, parts);
  }

  OpArray pad(OpArray a, long[] before, long[] after, double value) {
    long[] shape = new long[a.rank()];
    Arrays.setAll(shape, i -> before[i] + a.shape()[i] + after[i]);
    if (Shapes.product(shape) == 0) {
      return operations.empty(a.dtype(), shape);
    }
    OpArray out = elements.full(shape, a.dtype(), value);
    if (!a.isEmpty()) {
      try (Work work = operations.work()) {
        inner(work, out.array(), before, a.shape()).assign(a.array());
      }
    }
    return out;
  }

  private static INDArray inner(Work work, INDArray padded, long[] before, long[] lengths) {
    INDArrayIndex[] ranges = new INDArrayIndex[lengths.length];
    Arrays.setAll(ranges, i -> NDArrayIndex.interval(before[i], before[i] + lengths[i]));
    return lengths.length == 0 ? padded : work.part(padded, ranges);
  }

  /** 0, 1, ... n - 1 as int64. */
  static INDArray count(Work work, long n) {
    DataType type = DataType.INT64;
    return work.run("range", work.scalar(type, 0), work.scalar(type, n), work.scalar(type, 1));
  }
}

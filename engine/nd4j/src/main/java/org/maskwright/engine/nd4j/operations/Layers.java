package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products, convolutions and pooling. */
final class Layers {
  private static final long NCHW = 0;
  private static final long OUTPUTS_FIRST = 1; // weights [O,C,kH,kW]

  private final Operations operations;
  private final Elements elements;

  Layers(Operations operations, Elements elements) {
    this.operations = operations;
    this.elements = elements;
  }

  OpArray matmul(OpArray a, OpArray b, boolean transposeA, boolean transposeB) {
    int rank = a.rank();
    long[] shape = a.shape().clone();
    shape[rank - 2] = a.shape()[transposeA ? rank - 1 : rank - 2];
    shape[rank - 1] = b.shape()[transposeB ? rank - 2 : rank - 1];
    if (Shapes.product(shape) == 0) {
      return operations.empty(a.dtype(), shape);
    }
    if (a.isEmpty()) {
      return elements.full(shape, a.dtype(), 0);
    }
    try (Work work = operations.work()) {
      INDArray y =
          product(
              work,
              batched(work, work.wide(a)),
              batched(work, work.wide(b)),
              transposeA,
              transposeB);
      return work.result(y, a.dtype(), shape);
    }
  }

  private static INDArray batched(Work work, INDArray x) {
    int rank = x.rank();
    return rank < 3
        ? x
        : work.reshape(x, Shapes.span(x.shape(), 0, rank - 2), x.size(rank - 2), x.size(rank - 1));
  }

  private static INDArray product(
      Work work, INDArray a, INDArray b, boolean transposeA, boolean transposeB) {
    return work.run("matmul", new long[] {transposeA ? 1 : 0, transposeB ? 1 : 0, 0}, a, b);
  }

  OpArray linear(OpArray x, OpArray w, OpArray b) {
    long[] shape = Shapes.with(x.shape(), x.rank() - 1, w.dim(0));
    if (Shapes.product(shape) == 0) {
      return operations.empty(x.dtype(), shape);
    }
    try (Work work = operations.work()) {
      INDArray y =
          x.isEmpty()
              ? work.own(Nd4j.create(DataType.FLOAT, rows(shape), 'c'))
              : product(work, flat(work, x), work.wide(w), false, true);
      return work.result(b == null ? y : work.run("add", y, work.wide(b)), x.dtype(), shape);
    }
  }

  /** All axes but the last as one. */
  private static long[] rows(long[] shape) {
    int last = shape.length - 1;
    return new long[] {Shapes.span(shape, 0, last), shape[last]};
  }

  private static INDArray flat(Work work, OpArray x) {
    INDArray wide = work.wide(x);
    return x.rank() == 2 ? wide : work.reshape(wide, rows(x.shape()));
  }

  OpArray[] linearBackward(
      OpArray grad, OpArray x, OpArray w, boolean needX, boolean needW, boolean needB) {
    OpArray[] out = new OpArray[3];
    DType dtype = grad.dtype();
    long outputs = grad.dim(grad.rank() - 1);
    try (Work work = operations.work()) {
      INDArray g = grad.isEmpty() ? null : flat(work, grad);
      if (needX) {
        long[] shape = Shapes.with(grad.shape(), grad.rank() - 1, w.dim(1));
        out[0] =
            g == null || w.isEmpty()
                ? elements.full(shape, dtype, 0)
                : work.result(product(work, g, work.wide(w), false, false), dtype, shape);
      }
      if (needW) {
        long[] shape = {outputs, x.dim(x.rank() - 1)};
        out[1] =
            g == null || x.isEmpty()
                ? elements.full(shape, dtype, 0)
                : work.result(product(work, g, flat(work, x), true, false), dtype, shape);
      }
      if (needB) {
        out[2] =
            g == null
                ? elements.full(new long[] {outputs}, dtype, 0)
                : work.result(work.reduced("reduce_sum", g, 0), dtype, outputs);
      }
      return out;
    }
  }

  private static long[] settings(INDArray w, Conv2dSpec s) {
    return new long[] {
      w.size(2),
      w.size(3),
      s.strideH(),
      s.strideW(),
      s.padH(),
      s.padW(),
      s.dilationH(),
      s.dilationW(),
      0,
      NCHW,
      OUTPUTS_FIRST
    };
  }

  OpArray conv2d(OpArray x, OpArray w, OpArray b, Conv2dSpec spec) {
    long[] shape = {
      x.dim(0), w.dim(0), spec.outHeight(x.dim(2), w.dim(2)), spec.outWidth(x.dim(3), w.dim(3))
    };
    if (Shapes.product(shape) == 0) {
      return operations.empty(x.dtype(), shape);
    }
    try (Work work = operations.work()) {
      INDArray y =
          x.isEmpty() || w.isEmpty() // sums of nothing
              ? work.own(Nd4j.create(DataType.FLOAT, shape, 'c'))
              : convolved(work, work.wide(x), work.wide(w), spec);
      if (b != null) {
        y = work.run("add", y, work.reshape(work.wide(b), 1, w.dim(0), 1, 1));
      }
      return work.result(y, x.dtype(), shape);
    }
  }

  private static INDArray convolved(Work work, INDArray x, INDArray w, Conv2dSpec spec) {
    INDArray[] parts = new INDArray[spec.groups()];
    for (int g = 0; g < parts.length; g++) {
      parts[g] =
          work.run(
              "conv2d",
              settings(w, spec),
              group(work, x, 1, g, parts.length),
              group(work, w, 0, g, parts.length));
    }
    return parts.length == 1 ? parts[0] : Layout.joined(work, 1, parts);
  }

  /** One of the equal parts of an axis. */
  private static INDArray group(Work work, INDArray x, int dim, int number, int groups) {
    long n = x.size(dim) / groups;
    return groups == 1 ? x : Layout.sliced(work, x, dim, number * n, (number + 1) * n, 1);
  }

  OpArray[] conv2dBackward(
      OpArray grad,
      OpArray x,
      OpArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    OpArray[] out = new OpArray[3];
    boolean nothing = grad.isEmpty() || x.isEmpty() || w.isEmpty();
    try (Work work = operations.work()) {
      if (nothing) {
        out[0] = needX ? elements.full(x.shape(), x.dtype(), 0) : null;
        out[1] = needW ? elements.full(w.shape(), w.dtype(), 0) : null;
      } else if (needX || needW) {
        INDArray[] both = backward(work, work.wide(grad), work.wide(x), work.wide(w), spec);
        out[0] = needX ? work.result(both[0], x.dtype(), x.shape()) : null;
        out[1] = needW ? work.result(both[1], w.dtype(), w.shape()) : null;
      }
      if (needB) {
        out[2] = biasGradient(work, grad, w.dim(0));
      }
      return out;
    }
  }

  private OpArray biasGradient(Work work, OpArray grad, long outputs) {
    return grad.isEmpty()
        ? elements.full(new long[] {outputs}, grad.dtype(), 0)
        : work.result(work.reduced("reduce_sum", work.wide(grad), 0, 2, 3), grad.dtype(), outputs);
  }

  private static INDArray[] backward(
      Work work, INDArray g, INDArray x, INDArray w, Conv2dSpec spec) {
    int groups = spec.groups();
    INDArray[] dx = new INDArray[groups];
    INDArray[] dw = new INDArray[groups];
    for (int i = 0; i < groups; i++) {
      INDArray[] both =
          work.all(
              "conv2d_bp",
              settings(w, spec),
              group(work, x, 1, i, groups),
              group(work, w, 0, i, groups),
              group(work, g, 1, i, groups));
      dx[i] = both[0];
      dw[i] = both[1];
    }
    return groups == 1
        ? new INDArray[] {dx[0], dw[0]}
        : new INDArray[] {Layout.joined(work, 1, dx), Layout.joined(work, 0, dw)};
  }

  private static long[] settings(Pool2dSpec s) {
    long padded = 1; // an average counts the padding
    return new long[] {
      s.kernelH(), s.kernelW(), s.strideH(), s.strideW(), s.padH(), s.padW(), 1, 1, 0, padded, NCHW
    };
  }

  private static long[] pooled(OpArray x, Pool2dSpec s) {
    return new long[] {x.dim(0), x.dim(1), s.outHeight(x.dim(2)), s.outWidth(x.dim(3))};
  }

  /** {largest, nothing}: the gradient finds them again. */
  OpArray[] maxPool2d(OpArray x, Pool2dSpec spec) {
    long[] shape = pooled(x, spec);
    OpArray nothing = operations.empty(DType.INT64, new long[] {0});
    if (Shapes.product(shape) == 0) {
      return new OpArray[] {operations.empty(x.dtype(), shape), nothing};
    }
    if (x.isEmpty()) { // windows of padding alone
      return new OpArray[] {elements.full(shape, x.dtype(), Double.NEGATIVE_INFINITY), nothing};
    }
    try (Work work = operations.work()) {
      INDArray in = work.wide(x);
      INDArray y = work.run("maxpool2d", settings(spec), in);
      INDArray nan = work.cast(work.isNaN(in), DataType.FLOAT); // which ND4J ignores
      INDArray touched = work.run("maxpool2d", settings(spec), nan);
      INDArray filled = work.filled(y, Double.NaN);
      INDArray hit = work.run("greater", touched, work.scalar(DataType.FLOAT, 0));
      return new OpArray[] {work.result(work.select(hit, filled, y), x.dtype(), shape), nothing};
    }
  }

  OpArray maxPool2dBackward(OpArray grad, OpArray x, Pool2dSpec spec) {
    return poolBackward("maxpool2d_bp", grad, x, spec);
  }

  OpArray avgPool2d(OpArray x, Pool2dSpec spec) {
    long[] shape = pooled(x, spec);
    if (Shapes.product(shape) == 0) {
      return operations.empty(x.dtype(), shape);
    }
    if (x.isEmpty()) {
      return elements.full(shape, x.dtype(), 0);
    }
    try (Work work = operations.work()) {
      return work.result(work.run("avgpool2d", settings(spec), work.wide(x)), x.dtype(), shape);
    }
  }

  OpArray avgPool2dBackward(OpArray grad, OpArray x, Pool2dSpec spec) {
    return poolBackward("avgpool2d_bp", grad, x, spec);
  }

  private OpArray poolBackward(String operation, OpArray grad, OpArray x, Pool2dSpec spec) {
    if (x.isEmpty() || grad.isEmpty()) {
      return elements.full(x.shape(), grad.dtype(), 0);
    }
    try (Work work = operations.work()) {
      INDArray dx = work.run(operation, settings(spec), work.wide(x), work.wide(grad));
      return work.result(dx, grad.dtype(), x.shape());
    }
  }
}

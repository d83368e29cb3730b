package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Normalisations, of sets of elements with one mean and one variance, which are made rows; and
 * softmax.
 */
final class Norms {
  private final Operations operations;
  private final Elements elements;

  Norms(Operations operations, Elements elements) {
    this.operations = operations;
    this.elements = elements;
  }

  /**
   * Rows [R,n] normalised.
   *
   * @return {y, mean [R,1], 1/std [R,1]}
   */
  private static INDArray[] normalized(Work work, INDArray rows, double eps) {
    INDArray mean = Reduction.mean(work, rows, 1);
    INDArray centred = work.run("subtract", rows, mean);
    INDArray variance = Reduction.mean(work, work.run("multiply", centred, centred), 1);
    INDArray root =
        work.own(
            Transforms.sqrt(work.run("add", variance, work.scalar(DataType.FLOAT, eps)), true));
    INDArray rstd = work.run("divide", work.scalar(DataType.FLOAT, 1), root);
    return new INDArray[] {work.run("multiply", centred, rstd), mean, rstd};
  }

  /** How rows of a normalisation lie in its input. */
  private interface Rows {
    INDArray of(Work work, INDArray x);

    INDArray back(Work work, INDArray rows);
  }

  /** One kind of normalisation of an array. */
  private static final class Norm {
    private final Rows rows;
    private final long[] affine; // the shape of weights and biases beside the input
    private final long[] summed; // the axes over which their gradients are summed
    private final long[] statistics; // the shape of means and deviations

    Norm(Rows rows, long[] affine, long[] summed, long[] statistics) {
      this.rows = rows;
      this.affine = affine;
      this.summed = summed;
      this.statistics = statistics;
    }
  }

  private static Norm layer(OpArray x) {
    int last = x.rank() - 1;
    long n = x.dim(last);
    long[] affine = new long[x.rank()];
    Arrays.fill(affine, 1);
    affine[last] = n;
    long[] summed = new long[last];
    Arrays.setAll(summed, i -> i);
    return new Norm(
        inOrder(x.shape(), x.size() / Math.max(1, n), n),
        affine,
        summed,
        Shapes.with(x.shape(), last, 1));
  }

  private static Norm group(OpArray x, int groups) {
    long rows = (long) x.dim(0) * groups;
    return new Norm(
        inOrder(x.shape(), rows, x.size() / Math.max(1, rows)),
        channels(x),
        others(x),
        new long[] {x.dim(0), groups});
  }

  private static Norm batch(OpArray x) {
    Rows rows =
        new Rows() {
          @Override
          public INDArray of(Work work, INDArray y) {
            return Selection.rowsFirst(work, y, 1);
          }

          @Override
          public INDArray back(Work work, INDArray y) {
            return Selection.rowsBack(work, y, x.shape(), 1);
          }
        };
    return new Norm(rows, channels(x), others(x), new long[] {x.dim(1)});
  }

  private static Rows inOrder(long[] shape, long rows, long n) {
    return new Rows() {
      @Override
      public INDArray of(Work work, INDArray x) {
        return work.reshape(x, rows, n);
      }

      @Override
      public INDArray back(Work work, INDArray y) {
        return work.reshape(y, shape);
      }
    };
  }

  private static long[] channels(OpArray x) {
    long[] out = new long[x.rank()];
    Arrays.fill(out, 1);
    out[1] = x.dim(1);
    return out;
  }

  /** All axes but the channels'. */
  private static long[] others(OpArray x) {
    long[] out = new long[x.rank() - 1];
    Arrays.setAll(out, i -> i == 0 ? 0 : i + 1);
    return out;
  }

  OpArray[] layerNorm(OpArray x, OpArray w, OpArray b, double eps) {
    return forward(layer(x), x, w, b, eps);
  }

  OpArray[] groupNorm(OpArray x, int groups, OpArray w, OpArray b, double eps) {
    return forward(group(x, groups), x, w, b, eps);
  }

  OpArray[] batchNorm(OpArray x, OpArray w, OpArray b, double eps) {
    return forward(batch(x), x, w, b, eps);
  }

  private OpArray[] forward(Norm norm, OpArray x, OpArray w, OpArray b, double eps) {
    if (x.isEmpty()) {
      return new OpArray[] {
        operations.empty(x.dtype(), x.shape()),
        elements.full(norm.statistics, DType.FLOAT32, Double.NaN),
        elements.full(norm.statistics, DType.FLOAT32, Double.NaN)
      };
    }
    try (Work work = operations.work()) {
      INDArray[] all = normalized(work, norm.rows.of(work, work.wide(x)), eps);
      INDArray y = norm.rows.back(work, all[0]);
      INDArray scaled =
          work.run(
              "add",
              work.run("multiply", y, work.reshape(work.wide(w), norm.affine)),
              work.reshape(work.wide(b), norm.affine));
      return new OpArray[] {
        work.result(scaled, x.dtype(), x.shape()),
        work.result(all[1], DType.FLOAT32, norm.statistics),
        work.result(all[2], DType.FLOAT32, norm.statistics)
      };
    }
  }

  OpArray[] layerNormBackward(
      OpArray grad,
      OpArray x,
      OpArray mean,
      OpArray rstd,
      OpArray w,
      boolean needX,
      boolean needWB) {
    return x.isEmpty()
        ? nothing(grad, x, w, needX, needWB)
        : backward(layer(x), grad, x, mean, rstd, w, needX, needWB);
  }

  OpArray[] groupNormBackward(
      OpArray grad,
      OpArray x,
      int groups,
      OpArray mean,
      OpArray rstd,
      OpArray w,
      boolean needX,
      boolean needWB) {
    return x.isEmpty()
        ? nothing(grad, x, w, needX, needWB)
        : backward(group(x, groups), grad, x, mean, rstd, w, needX, needWB);
  }

  OpArray[] batchNormBackward(
      OpArray grad,
      OpArray x,
      OpArray mean,
      OpArray rstd,
      OpArray w,
      boolean needX,
      boolean needWB) {
    return x.isEmpty()
        ? nothing(grad, x, w, needX, needWB)
        : backward(batch(x), grad, x, mean, rstd, w, needX, needWB);
  }

  private OpArray[] nothing(OpArray grad, OpArray x, OpArray w, boolean needX, boolean needWB) {
    return new OpArray[] {
      needX ? operations.empty(grad.dtype(), x.shape()) : null,
      needWB ? elements.full(w.shape(), DType.FLOAT32, 0) : null,
      needWB ? elements.full(w.shape(), DType.FLOAT32, 0) : null
    };
  }

  /** dx = rstd (g w - mean(g w) - y mean(g w y)), the means over each row. */
  private OpArray[] backward(
      Norm norm,
      OpArray grad,
      OpArray x,
      OpArray mean,
      OpArray rstd,
      OpArray w,
      boolean needX,
      boolean needWB) {
    try (Work work = operations.work()) {
      INDArray g = work.wide(grad);
      INDArray rows = norm.rows.of(work, work.wide(x));
      INDArray r = work.reshape(rstd.array(), rows.size(0), 1);
      INDArray centred = work.run("subtract", rows, work.reshape(mean.array(), rows.size(0), 1));
      INDArray y = work.run("multiply", centred, r);
      OpArray[] out = new OpArray[3];
      if (needX) {
        INDArray scaled = work.run("multiply", g, work.reshape(work.wide(w), norm.affine));
        INDArray gw = norm.rows.of(work, scaled);
        INDArray along =
            work.run("multiply", y, Reduction.mean(work, work.run("multiply", gw, y), 1));
        INDArray rest = work.run("subtract", gw, Reduction.mean(work, gw, 1));
        INDArray dx = work.run("multiply", work.run("subtract", rest, along), r);
        out[0] = work.result(norm.rows.back(work, dx), x.dtype(), x.shape());
      }
      if (needWB) {
        INDArray gy = work.run("multiply", g, norm.rows.back(work, y));
        out[1] = work.result(summed(work, gy, norm), DType.FLOAT32, w.shape());
        out[2] = work.result(summed(work, g, norm), DType.FLOAT32, w.shape());
      }
      return out;
    }
  }

  private static INDArray summed(Work work, INDArray x, Norm norm) {
    return norm.summed.length == 0 ? work.dense(x) : work.reduced("reduce_sum", x, norm.summed);
  }

  OpArray softmax(OpArray a, int dim) {
    return along("softmax", a, dim);
  }

  OpArray logSoftmax(OpArray a, int dim) {
    return along("log_softmax", a, dim);
  }

  private OpArray along(String operation, OpArray a, int dim) {
    if (a.isEmpty()) {
      return operations.empty(a.dtype(), a.shape());
    }
    try (Work work = operations.work()) {
      return work.result(work.run(operation, new long[] {dim}, work.wide(a)), a.dtype(), a.shape());
    }
  }

  /** y (g - sum(g y)). */
  OpArray softmaxBackward(OpArray grad, OpArray y, int dim) {
    if (y.isEmpty()) {
      return operations.empty(grad.dtype(), y.shape());
    }
    try (Work work = operations.work()) {
      INDArray g = work.wide(grad);
      INDArray p = work.wide(y);
      INDArray sum = work.reduced("reduce_sum", work.run("multiply", g, p), dim);
      INDArray dx = work.run("multiply", p, work.run("subtract", g, sum));
      return work.result(dx, grad.dtype(), y.shape());
    }
  }

  /** g - exp(y) sum(g). */
  OpArray logSoftmaxBackward(OpArray grad, OpArray y, int dim) {
    if (y.isEmpty()) {
      return operations.empty(grad.dtype(), y.shape());
    }
    try (Work work = operations.work()) {
      INDArray g = work.wide(grad);
      INDArray p = work.own(Transforms.exp(work.wide(y), true));
      INDArray sum = work.reduced("reduce_sum", g, dim);
      INDArray dx = work.run("subtract", g, work.run("multiply", p, sum));
      return work.result(dx, grad.dtype(), y.shape());
    }
  }
}

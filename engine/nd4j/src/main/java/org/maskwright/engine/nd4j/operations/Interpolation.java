package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.Shapes;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Values between pixels, with PyTorch's conventions (align_corners = false, no antialiasing):
 * weighted sums of what gather reads; gradients are sums over segments.
 */
final class Interpolation {
  /** Coefficient of the cubic convolution. */
  private static final double CUBIC_A = -0.75;

  private final Operations operations;
  private final Elements elements;

  Interpolation(Operations operations, Elements elements) {
    this.operations = operations;
    this.elements = elements;
  }

  /**
   * One of the few terms whose sum an output position is: along an axis, which input position, by
   * which weight.
   */
  private static final class Tap {
    private final long[] index;
    private final float[] weight;

    private Tap(int outputs) {
      index = new long[outputs];
      weight = new float[outputs];
    }

    private void set(int i, int position, double value, int in) {
      index[i] = Math.min(in - 1, Math.max(0, position));
      weight[i] = (float) value;
    }
  }

  private static Tap[] taps(int in, int out, ResizeMode mode) {
    int count =
        switch (mode) {
          case NEAREST -> 1;
          case BILINEAR -> 2;
          case BICUBIC -> 4;
        };
    Tap[] taps = new Tap[count];
    for (int k = 0; k < count; k++) {
      taps[k] = new Tap(out);
    }
    for (int i = 0; i < out; i++) {
      switch (mode) {
        case NEAREST -> taps[0].set(i, (int) ((long) i * in / out), 1, in);
        case BILINEAR -> {
          double x = Math.max(0, (i + 0.5) * in / out - 0.5);
          int low = (int) x;
          taps[0].set(i, low, 1 - (x - low), in);
          taps[1].set(i, low + 1, x - low, in);
        }
        case BICUBIC -> {
          double x = (i + 0.5) * in / out - 0.5;
          int low = (int) Math.floor(x);
          double t = x - low;
          taps[0].set(i, low - 1, outer(t + 1), in);
          taps[1].set(i, low, inner(t), in);
          taps[2].set(i, low + 1, inner(1 - t), in);
          taps[3].set(i, low + 2, outer(2 - t), in);
        }
      }
    }
    return taps;
  }

  /** Cubic convolution for distances up to 1. */
  private static double inner(double d) {
    return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1;
  }

  /** Cubic convolution for distances from 1 to 2. */
  private static double outer(double d) {
    return ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A;
  }

  OpArray resize(OpArray x, int height, int width, ResizeMode mode) {
    long[] shape = {x.dim(0), x.dim(1), height, width};
    if (Shapes.product(shape) == 0) {
      return operations.empty(x.dtype(), shape);
    }
    if (x.isEmpty()) {
      return elements.full(shape, x.dtype(), 0);
    }
    try (Work work = operations.work()) {
      INDArray tall = mixed(work, work.wide(x), 2, taps(x.dim(2), height, mode));
      INDArray y = mixed(work, tall, 3, taps(x.dim(3), width, mode));
      return work.result(y, x.dtype(), shape);
    }
  }

  /** The weighted sum of what the taps read along an axis. */
  private static INDArray mixed(Work work, INDArray x, int dim, Tap[] taps) {
    INDArray out = null;
    for (Tap tap : taps) {
      INDArray index = work.own(Nd4j.createFromArray(tap.index));
      INDArray part =
          work.run(
              "multiply", work.run("gather", new long[] {dim}, x, index), weights(work, tap, dim));
      out = out == null ? part : work.run("add", out, part);
    }
    return out;
  }

  private static INDArray weights(Work work, Tap tap, int dim) {
    INDArray all = work.own(Nd4j.createFromArray(tap.weight));
    return dim == 2
        ? work.reshape(all, 1, 1, tap.weight.length, 1)
        : work.reshape(all, 1, 1, 1, tap.weight.length);
  }

  OpArray resizeBackward(OpArray grad, int height, int width, ResizeMode mode) {
    long[] shape = {grad.dim(0), grad.dim(1), height, width};
    if (grad.isEmpty() || Shapes.product(shape) == 0) {
      return elements.full(shape, grad.dtype(), 0);
    }
    try (Work work = operations.work()) {
      INDArray narrow = spread(work, work.wide(grad), 3, width, taps(width, grad.dim(3), mode));
      INDArray dx = spread(work, narrow, 2, height, taps(height, grad.dim(2), mode));
      return work.result(dx, grad.dtype(), shape);
    }
  }

  /** The adjoint of {@link #mixed}, to so many input positions. */
  private static INDArray spread(Work work, INDArray g, int dim, int length, Tap[] taps) {
    long[] shape = Shapes.with(g.shape(), dim, length);
    INDArray out = null;
    for (Tap tap : taps) {
      INDArray weighted = work.run("multiply", g, weights(work, tap, dim));
      INDArray rows = Selection.rowsFirst(work, weighted, dim);
      INDArray index = work.own(Nd4j.createFromArray(tap.index));
      INDArray sums = Selection.sums(work, rows, index, length);
      out = out == null ? sums : work.run("add", out, sums);
    }
    return Selection.rowsBack(work, out, shape, dim);
  }

  // ---- sampling at given points

  /**
   * The pixels around each point of all images.
   *
   * @param index [N] row of the image's pixels, whatever where the corner is outside
   * @param inside [N,1] whether the corner is in the image
   * @param weight [N,1]
   * @param byX [N,1] derivative of the weight by the column
   * @param byY [N,1] by the row
   */
  private record Corner(
      INDArray index, INDArray inside, INDArray weight, INDArray byX, INDArray byY) {}

  private static final class Points {
    private final Work work;
    private final INDArray x; // [N], in pixels
    private final INDArray y;
    private final INDArray left;
    private final INDArray top;
    private final INDArray first; // [N] the row of the image's first pixel
    private final int height;
    private final int width;

    Points(Work work, OpArray image, OpArray grid) {
      this.work = work;
      height = image.dim(2);
      width = image.dim(3);
      long count = Shapes.span(grid.shape(), 0, 3);
      INDArray both = work.reshape(grid.array(), count, 2);
      x = pixels(work.reshape(Layout.sliced(work, both, 1, 0, 1, 1), count), width);
      y = pixels(work.reshape(Layout.sliced(work, both, 1, 1, 2, 1), count), height);
      left = work.run("floor", x);
      top = work.run("floor", y);
      long each = count / image.dim(0);
      INDArray number =
          work.run("floordiv", Layout.count(work, count), work.scalar(DataType.INT64, each));
      first = work.run("multiply", number, work.scalar(DataType.INT64, (double) height * width));
    }

    private INDArray number(double value) {
      return work.scalar(DataType.FLOAT, value);
    }

    /** ((g + 1) n - 1) / 2 */
    private INDArray pixels(INDArray g, int n) {
      INDArray scaled = work.run("multiply", work.run("add", g, number(1)), number(n));
      return work.run("multiply", work.run("subtract", scaled, number(1)), number(0.5));
    }

    /** With dx, dy of 0 or 1: the corner to the right, below. */
    Corner corner(int dx, int dy) {
      INDArray column = work.run("add", left, number(dx));
      INDArray row = work.run("add", top, number(dy));
      INDArray inside =
          work.run("boolean_and", within(column, width), within(row, height)); // not of NaN
      INDArray wx = share(x, left, dx);
      INDArray wy = share(y, top, dy);
      INDArray rows = whole(inside, row);
      INDArray place =
          work.run(
              "add",
              work.run("multiply", rows, work.scalar(DataType.INT64, width)),
              whole(inside, column));
      long n = x.length();
      return new Corner(
          work.run("add", first, place),
          work.reshape(inside, n, 1),
          work.reshape(work.run("multiply", wx, wy), n, 1),
          work.reshape(work.run("multiply", wy, number(dx == 0 ? -1 : 1)), n, 1),
          work.reshape(work.run("multiply", wx, number(dy == 0 ? -1 : 1)), n, 1));
    }

    private INDArray within(INDArray at, int n) {
      return work.run(
          "boolean_and", work.run("greater_equal", at, number(0)), work.run("less", at, number(n)));
    }

    private INDArray share(INDArray at, INDArray floor, int next) {
      INDArray rest = work.run("subtract", at, floor); // NaN of what is not finite
      return next == 1 ? rest : work.run("subtract", number(1), rest);
    }

    private INDArray whole(INDArray inside, INDArray at) {
      INDArray zeros = work.zeros(at);
      return work.cast(work.select(inside, at, zeros), DataType.INT64);
    }
  }

  /** [B,C,H,W] as [B*H*W, C]. */
  private static INDArray pixelRows(Work work, INDArray x) {
    INDArray last = Layout.permuted(work, x, 0, 2, 3, 1);
    return work.reshape(last, x.length() / x.size(1), x.size(1));
  }

  /** The values [N,C] at a corner, 0 outside. */
  private static INDArray values(Work work, INDArray rows, Corner corner) {
    INDArray read = work.run("gather", new long[] {0}, rows, corner.index());
    INDArray zeros = work.zeros(read);
    return work.select(work.expand(corner.inside(), read.shape()), read, zeros);
  }

  OpArray gridSample(OpArray x, OpArray grid) {
    long[] shape = {x.dim(0), x.dim(1), grid.dim(1), grid.dim(2)};
    if (Shapes.product(shape) == 0) {
      return operations.empty(DType.FLOAT32, shape);
    }
    if (x.isEmpty()) {
      return elements.full(shape, DType.FLOAT32, 0);
    }
    try (Work work = operations.work()) {
      Points points = new Points(work, x, grid);
      INDArray rows = pixelRows(work, x.array());
      INDArray sum = null;
      for (int k = 0; k < 4; k++) {
        Corner corner = points.corner(k % 2, k / 2);
        INDArray part = work.run("multiply", values(work, rows, corner), corner.weight());
        sum = sum == null ? part : work.run("add", sum, part);
      }
      INDArray images = work.reshape(sum, shape[0], shape[2] * shape[3], shape[1]);
      return work.result(Layout.permuted(work, images, 0, 2, 1), DType.FLOAT32, shape);
    }
  }

  OpArray[] gridSampleBackward(
      OpArray grad, OpArray x, OpArray grid, boolean needX, boolean needGrid) {
    if (grad.isEmpty() || x.isEmpty()) {
      return new OpArray[] {
        needX ? elements.full(x.shape(), DType.FLOAT32, 0) : null,
        needGrid ? elements.full(grid.shape(), DType.FLOAT32, 0) : null
      };
    }
    try (Work work = operations.work()) {
      Points points = new Points(work, x, grid);
      INDArray g = pixelRows(work, grad.array()); // [N,C]
      INDArray rows = needGrid ? pixelRows(work, x.array()) : null;
      INDArray dx = null;
      INDArray byX = null;
      INDArray byY = null;
      for (int k = 0; k < 4; k++) {
        Corner corner = points.corner(k % 2, k / 2);
        if (needX) {
          dx = plus(work, dx, given(work, g, corner, Shapes.product(x.shape()) / x.dim(1)));
        }
        if (needGrid) {
          INDArray dot = // [N,1]
              work.reduced("reduce_sum", work.run("multiply", values(work, rows, corner), g), 1);
          byX = plus(work, byX, work.run("multiply", dot, corner.byX()));
          byY = plus(work, byY, work.run("multiply", dot, corner.byY()));
        }
      }
      return new OpArray[] {
        needX ? toImages(work, dx, x) : null, needGrid ? ofGrid(work, byX, byY, x, grid) : null
      };
    }
  }

  private static INDArray plus(Work work, INDArray sum, INDArray part) {
    return sum == null ? part : work.run("add", sum, part);
  }

  /** What each pixel gets of the gradients of points by one of their corners. */
  private static INDArray given(Work work, INDArray g, Corner corner, long pixels) {
    INDArray weighted = work.run("multiply", g, corner.weight());
    INDArray zeros = work.zeros(weighted);
    INDArray kept = work.select(work.expand(corner.inside(), g.shape()), weighted, zeros);
    return Selection.sums(work, kept, corner.index(), pixels);
  }

  private OpArray toImages(Work work, INDArray rows, OpArray x) {
    INDArray images = work.reshape(rows, x.dim(0), x.dim(2), x.dim(3), x.dim(1));
    return work.result(Layout.permuted(work, images, 0, 3, 1, 2), DType.FLOAT32, x.shape());
  }

  private OpArray ofGrid(Work work, INDArray byX, INDArray byY, OpArray x, OpArray grid) {
    INDArray both =
        Layout.joined(
            work,
            1,
            work.run("multiply", byX, work.scalar(DataType.FLOAT, x.dim(3) / 2.0)),
            work.run("multiply", byY, work.scalar(DataType.FLOAT, x.dim(2) / 2.0)));
    return work.result(both, DType.FLOAT32, grid.shape());
  }
}

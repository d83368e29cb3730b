package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.kernel.DotKernel;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.Shapes;

/** Reductions along axes and their gradients. */
final class Reductions {
  private Reductions() {}

  static Tensor reduce(ReduceOp op, Tensor x, int[] dims, boolean keep) {
    String name = op.name().toLowerCase(java.util.Locale.ROOT);
    x.requireOpen();
    int[] axes = Axes.axes(name, dims, x.rank());
    check(op, name, x, axes);
    Engine engine = x.engine();
    long[] shape = Axes.reduced(x.shapeArray(), axes, keep);
    DType dtype = op == ReduceOp.SUM && !x.dtype().isFloating() ? DType.INT64 : x.dtype();
    Tensor y = engine.result(engine.backend().reduce(op, x.array(), axes, keep), dtype, shape);
    if (!x.dtype().isFloating()) {
      return y;
    }
    return y.record(name, new Tensor[] {x}, node -> vjp(op, node, x, y, axes));
  }

  private static void check(ReduceOp op, String name, Tensor x, int[] axes) {
    boolean logical = op == ReduceOp.ANY || op == ReduceOp.ALL;
    if (logical != (x.dtype() == DType.BOOL) && op != ReduceOp.SUM
        || op == ReduceOp.MEAN && !x.dtype().isFloating()) {
      throw new IllegalArgumentException(
          name
              + ": expected a "
              + (logical ? "bool" : op == ReduceOp.MEAN ? "floating" : "number")
              + " tensor, got "
              + x
              + "; cast first");
    }
    if (op == ReduceOp.MAX || op == ReduceOp.MIN) {
      for (int d : axes) {
        if (x.size(d) == 0) {
          throw new IllegalArgumentException(
              name + ": expected at least one element along axis " + d + ", got " + x);
        }
      }
    }
  }

  private static GradNode.Vjp vjp(ReduceOp op, GradNode node, Tensor x, Tensor y, int[] axes) {
    long[] from = x.shapeArray();
    long[] kept = Axes.reduced(from, axes, true);
    return switch (op) {
      case SUM -> g -> Pointwise.one(g.reshape(kept).expand(from));
      case MEAN -> {
        double count = Math.max(1, Shapes.product(from) / Math.max(1, Shapes.product(kept)));
        yield g -> Pointwise.one(g.div(count).reshape(kept).expand(from));
      }
      case MAX, MIN -> {
        Tensor sx = node.save(x);
        Tensor sy = node.save(y);
        yield g -> {
          Tensor hit = sx.eq(sy.reshape(kept)).cast(g.dtype());
          return Pointwise.one(hit.mul(g.reshape(kept).div(hit.sumKeep(axes))));
        };
      }
      case ANY, ALL -> throw new IllegalStateException("no gradient of " + op);
    };
  }

  static DoubleSupplier dot(List<Tensor> a, List<Tensor> b) {
    if (a.size() != b.size()) {
      throw new IllegalArgumentException(
          "dot: expected lists of one length, got %d and %d tensors".formatted(a.size(), b.size()));
    }
    if (a.isEmpty()) {
      return () -> 0;
    }
    List<FloatBuffer> left = new ArrayList<>(a.size());
    List<FloatBuffer> right = new ArrayList<>(a.size());
    List<Tensor> elsewhere = new ArrayList<>(); // [1] each, where the host reaches no memory
    Engine engine = a.get(0).engine();
    try (Scope scope = engine.scope()) {
      for (int i = 0; i < a.size(); i++) {
        Tensor x = a.get(i);
        Tensor y = b.get(i);
        requirePair(a.get(0), x, y);
        FloatBuffer memory = engine.backend().hostFloats(x.array());
        FloatBuffer other = engine.backend().hostFloats(y.array());
        if (memory != null && other != null) {
          left.add(memory);
          right.add(other);
        } else {
          elsewhere.add(engine.tidy(s -> x.detach().mul(y.detach()).sum().reshape(1)));
        }
      }
      double near = DotKernel.of(left, right);
      if (elsewhere.isEmpty()) {
        return () -> near;
      }
      HostRead far = Tensor.concat(0, elsewhere.toArray(Tensor[]::new)).readLater();
      return () -> {
        double sum = 0;
        for (float term : far.values()) {
          sum += term;
        }
        return sum + near;
      };
    }
  }

  private static void requirePair(Tensor first, Tensor x, Tensor y) {
    Pointwise.sameEngine("dot", first, x, y);
    if (x.dtype() != DType.FLOAT32
        || y.dtype() != DType.FLOAT32
        || !Arrays.equals(x.shapeArray(), y.shapeArray())) {
      throw new IllegalArgumentException(
          "dot: expected two float32 tensors of one shape, got %s and %s".formatted(x, y));
    }
  }

  static Tensor argMax(Tensor x, int dim) {
    int d = Axes.axis("argMax", dim, x.rank());
    if (x.size(d) == 0) {
      throw new IllegalArgumentException(
          "argMax: expected at least one element along axis " + dim + ", got " + x);
    }
    Engine engine = x.engine();
    return engine.result(
        engine.backend().argMax(x.array(), d),
        DType.INT64,
        Axes.reduced(x.shapeArray(), new int[] {d}, false));
  }

  static Tensor cumSum(Tensor x, int dim) {
    int d = Axes.axis("cumSum", dim, x.rank());
    if (!x.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "cumSum: expected a floating tensor, got " + x + "; cast first");
    }
    Engine engine = x.engine();
    Tensor y = engine.result(engine.backend().cumSum(x.array(), d), x.dtype(), x.shapeArray());
    return y.record(
        "cumSum",
        new Tensor[] {x},
        node -> g -> Pointwise.one(g.sumKeep(d).sub(cumSum(g, d)).add(g)));
  }

  static Tensor[] topK(Tensor x, int k) {
    if (x.rank() == 0 || k < 0 || k > x.size(-1)) {
      throw new IllegalArgumentException(
          "topK: expected 0 <= k <= size of the last axis, got k = " + k + " for " + x);
    }
    Engine engine = x.engine();
    DeviceArray[] out = engine.backend().topK(x.array(), k);
    long[] shape = Shapes.with(x.shapeArray(), x.rank() - 1, k);
    Tensor values = engine.result(out[0], x.dtype(), shape);
    Tensor indices = engine.result(out[1], DType.INT64, shape);
    values.record(
        "topK",
        new Tensor[] {x},
        node -> {
          Tensor si = node.save(indices);
          return g ->
              Pointwise.one(
                  Indexing.scatterAdd(
                      engine.full(g.dtype(), 0, x.shapeArray()), x.rank() - 1, si, g));
        });
    return new Tensor[] {values, indices};
  }
}

package org.maskwright.engine.tensor;

import java.util.Arrays;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/** Operations that move elements without computing, and their gradients. */
final class Reshaping {
  private Reshaping() {}

  static Tensor reshape(Tensor x, long[] to) {
    x.requireOpen();
    long[] shape = Axes.resolve(x.shapeArray(), to);
    Engine engine = x.engine();
    Tensor y = x.view(engine.backend().reshape(x.array(), shape), shape);
    return y.record(
        "reshape", new Tensor[] {x}, node -> g -> Pointwise.one(g.reshape(x.shapeArray())));
  }

  static Tensor permute(Tensor x, int[] order) {
    x.requireOpen();
    int rank = x.rank();
    int[] axes = new int[rank];
    int[] inverse = new int[rank];
    long[] shape = new long[rank];
    boolean fits = order.length == rank;
    boolean[] seen = new boolean[rank];
    for (int i = 0; fits && i < rank; i++) {
      axes[i] = Axes.axis("permute", order[i], rank);
      fits = !seen[axes[i]];
      seen[axes[i]] = true;
      inverse[axes[i]] = i;
      shape[i] = x.size(axes[i]);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "permute: expected each of " + rank + " axes once, got " + Arrays.toString(order));
    }
    Engine engine = x.engine();
    Tensor y = x.view(engine.backend().permute(x.array(), axes), shape);
    return y.record("permute", new Tensor[] {x}, node -> g -> Pointwise.one(g.permute(inverse)));
  }

  static Tensor transpose(Tensor x, int a, int b) {
    int[] order = new int[x.rank()];
    Arrays.setAll(order, i -> i);
    int first = Axes.axis("transpose", a, x.rank());
    int second = Axes.axis("transpose", b, x.rank());
    order[first] = second;
    order[second] = first;
    return permute(x, order);
  }

  static Tensor expand(Tensor x, long[] to) {
    x.requireOpen();
    int extra = to.length - x.rank();
    long[] shape = to.clone();
    boolean fits = extra >= 0;
    for (int i = 0; fits && i < extra; i++) {
      fits = shape[i] >= 0;
    }
    for (int i = 0; fits && i < x.rank(); i++) {
      long from = x.size(i);
      if (shape[i + extra] == -1) {
        shape[i + extra] = from;
      }
      fits = shape[i + extra] == from || from == 1 && shape[i + extra] >= 0;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "expand: expected a shape to which " + x + " broadcasts, got " + Shapes.text(to));
    }
    if (Arrays.equals(shape, x.shapeArray())) {
      return x;
    }
    Engine engine = x.engine();
    Tensor y = x.view(engine.backend().expand(x.array(), shape), shape);
    return y.record(
        "expand", new Tensor[] {x}, node -> g -> Pointwise.one(Pointwise.sumTo(g, x.shapeArray())));
  }

  static Tensor slice(Tensor x, int dim, long from, long to, long step) {
    x.requireOpen();
    int d = Axes.axis("slice", dim, x.rank());
    long n = x.size(d);
    long start = from < 0 ? from + n : from;
    long end = to < 0 ? to + n : to;
    if (start < 0 || start > end || end > n || step < 1) {
      throw new IllegalArgumentException(
          "slice: expected 0 <= start <= end <= "
              + n
              + " and step >= 1 along axis "
              + dim
              + " of "
              + x
              + ", got "
              + from
              + ":"
              + to
              + ":"
              + step);
    }
    if (start == 0 && end == n && step == 1) {
      return x;
    }
    long[] shape = Shapes.with(x.shapeArray(), d, (end - start + step - 1) / step);
    Tensor y = x.view(x.engine().backend().slice(x.array(), d, start, end, step), shape);
    return y.record(
        "slice",
        new Tensor[] {x},
        node -> {
          node.readsPart(new GradNode.Part(d, start, end, step));
          return Pointwise::one;
        });
  }

  static Tensor concat(int dim, Tensor[] parts) {
    if (parts.length == 0) {
      throw new IllegalArgumentException("concat: expected at least one tensor, got none");
    }
    Engine engine = Pointwise.sameEngine("concat", parts);
    int d = Axes.axis("concat", dim, parts[0].rank());
    long total = 0;
    DeviceArray[] arrays = new DeviceArray[parts.length];
    for (int i = 0; i < parts.length; i++) {
      Tensor p = parts[i];
      boolean fits =
          p.rank() == parts[0].rank()
              && p.dtype() == parts[0].dtype()
              && Arrays.equals(
                  Shapes.with(p.shapeArray(), d, 0), Shapes.with(parts[0].shapeArray(), d, 0));
      if (!fits) {
        throw new IllegalArgumentException(
            "concat: expected tensors equal in dtype and in all axes but "
                + dim
                + ", got "
                + parts[0]
                + " and "
                + p);
      }
      total += p.size(d);
      arrays[i] = p.array();
    }
    if (parts.length == 1) {
      return parts[0];
    }
    Tensor y =
        engine.result(
            engine.backend().concat(arrays, d),
            parts[0].dtype(),
            Shapes.with(parts[0].shapeArray(), d, total));
    return y.record(
        "concat",
        parts,
        node ->
            g -> {
              Tensor[] out = new Tensor[parts.length];
              long at = 0;
              for (int i = 0; i < parts.length; i++) {
                long size = parts[i].shapeArray()[d];
                out[i] = node.needs(i) ? g.slice(d, at, at + size) : null;
                at += size;
              }
              return out;
            });
  }

  static Tensor pad(Tensor x, long[] before, long[] after, double value) {
    x.requireOpen();
    int rank = x.rank();
    long[] shape = x.shape();
    boolean fits = before.length == rank && after.length == rank;
    boolean any = false;
    for (int i = 0; fits && i < rank; i++) {
      fits = before[i] >= 0 && after[i] >= 0;
      shape[i] += before[i] + after[i];
      any |= before[i] + after[i] > 0;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "pad: expected "
              + rank
              + " sizes >= 0 before and after for "
              + x
              + ", got "
              + Arrays.toString(before)
              + " and "
              + Arrays.toString(after));
    }
    x.dtype().require("pad", value);
    if (!any) {
      return x;
    }
    Engine engine = x.engine();
    long[] b = before.clone();
    Tensor y =
        engine.result(engine.backend().pad(x.array(), b, after.clone(), value), x.dtype(), shape);
    return y.record(
        "pad",
        new Tensor[] {x},
        node ->
            g -> {
              Tensor inner = g;
              for (int i = 0; i < rank; i++) {
                inner = inner.slice(i, b[i], b[i] + x.shapeArray()[i]);
              }
              return Pointwise.one(inner);
            });
  }

  static Tensor flatten(Tensor x, int from, int to) {
    int a = Axes.axis("flatten", from, x.rank());
    int b = Axes.axis("flatten", to, x.rank());
    if (a > b) {
      throw new IllegalArgumentException(
          "flatten: expected from <= to, got " + from + " and " + to);
    }
    long[] shape = new long[x.rank() - (b - a)];
    long merged = 1;
    int k = 0;
    for (int i = 0; i < x.rank(); i++) {
      if (i >= a && i <= b) {
        merged = Math.multiplyExact(merged, x.size(i));
        if (i == b) {
          shape[k++] = merged;
        }
      } else {
        shape[k++] = x.size(i);
      }
    }
    return x.reshape(shape);
  }

  static Tensor roll(Tensor x, int dim, long shift) {
    int d = Axes.axis("roll", dim, x.rank());
    long n = x.size(d);
    long s = n == 0 ? 0 : Math.floorMod(shift, n);
    if (s == 0) {
      return x;
    }
    return concat(d, new Tensor[] {x.slice(d, n - s, n), x.slice(d, 0, n - s)});
  }
}

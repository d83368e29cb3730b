package org.maskwright.engine.conformance;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A float64 array in row-major order with operations as plain loops: what backends are compared
 * with.
 */
@SuppressWarnings("ArrayRecordComponent")
record Ref(double[] data, int... shape) {

  static Ref of(int[] shape, DoubleUnaryOperator byIndex) {
    double[] d = new double[numel(shape)];
    for (int i = 0; i < d.length; i++) {
      d[i] = byIndex.applyAsDouble(i);
    }
    return new Ref(d, shape);
  }

  static int numel(int... shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  int rank() {
    return shape.length;
  }

  double at(int... index) {
    return data[offset(index)];
  }

  int offset(int... index) {
    int o = 0;
    for (int i = 0; i < shape.length; i++) {
      o = o * shape[i] + index[i];
    }
    return o;
  }

  /** The index of a flat position. */
  static int[] index(int flat, int... shape) {
    int[] out = new int[shape.length];
    int rest = flat;
    for (int i = shape.length - 1; i >= 0; i--) {
      out[i] = rest % shape[i];
      rest /= shape[i];
    }
    return out;
  }

  /** Value by an index function over a result shape. */
  interface ByIndex {
    double at(int[] index);
  }

  static Ref build(int[] shape, ByIndex f) {
    double[] d = new double[numel(shape)];
    for (int i = 0; i < d.length; i++) {
      d[i] = f.at(index(i, shape));
    }
    return new Ref(d, shape);
  }

  Ref map(DoubleUnaryOperator f) {
    return of(shape, i -> f.applyAsDouble(data[(int) i]));
  }

  private double broadcastAt(int[] index) {
    int[] own = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      own[i] = shape[i] == 1 ? 0 : index[index.length - shape.length + i];
    }
    return at(own);
  }

  Ref zip(Ref b, DoubleBinaryOperator f) {
    int rank = Math.max(rank(), b.rank());
    int[] out = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= rank() ? shape[rank() - i] : 1;
      int y = i <= b.rank() ? b.shape[b.rank() - i] : 1;
      out[rank - i] = x == 1 ? y : x;
    }
    return build(out, ix -> f.applyAsDouble(broadcastAt(ix), b.broadcastAt(ix)));
  }

  Ref expand(int... to) {
    return build(to, this::broadcastAt);
  }

  Ref reduce(int[] dims, boolean keep, double start, DoubleBinaryOperator f) {
    int[] kept = shape.clone();
    for (int d : dims) {
      kept[d] = 1;
    }
    double[] out = new double[numel(kept)];
    Arrays.fill(out, start);
    Ref target = new Ref(out, kept);
    for (int i = 0; i < data.length; i++) {
      int[] ix = index(i, shape);
      for (int d : dims) {
        ix[d] = 0;
      }
      int o = target.offset(ix);
      out[o] = f.applyAsDouble(out[o], data[i]);
    }
    if (keep) {
      return target;
    }
    int[] left = new int[rank() - dims.length];
    int k = 0;
    for (int i = 0; i < rank(); i++) {
      int axis = i;
      if (Arrays.stream(dims).noneMatch(d -> d == axis)) {
        left[k++] = shape[i];
      }
    }
    return new Ref(out, left);
  }

  Ref sum(boolean keep, int... dims) {
    return reduce(dims, keep, 0, Double::sum);
  }

  Ref reshape(int... to) {
    return new Ref(data, to);
  }

  Ref permute(int... order) {
    int[] to = new int[rank()];
    Arrays.setAll(to, i -> shape[order[i]]);
    return build(
        to,
        ix -> {
          int[] from = new int[ix.length];
          for (int i = 0; i < ix.length; i++) {
            from[order[i]] = ix[i];
          }
          return at(from);
        });
  }

  Ref slice(int dim, int start, int end, int step) {
    int[] to = shape.clone();
    to[dim] = (end - start + step - 1) / step;
    return build(
        to,
        ix -> {
          int[] from = ix.clone();
          from[dim] = start + ix[dim] * step;
          return at(from);
        });
  }

  static Ref concat(int dim, Ref... parts) {
    int[] to = parts[0].shape.clone();
    to[dim] = Arrays.stream(parts).mapToInt(p -> p.shape[dim]).sum();
    return build(
        to,
        ix -> {
          int at = ix[dim];
          for (Ref p : parts) {
            if (at < p.shape[dim]) {
              int[] from = ix.clone();
              from[dim] = at;
              return p.at(from);
            }
            at -= p.shape[dim];
          }
          throw new AssertionError();
        });
  }

  /** [..,n,k] x [..,k,m], leading axes broadcast. */
  static Ref matmul(Ref a, Ref b) {
    Ref wide = a.reshape(append(a.shape, 1)).zip(lead(b), (x, y) -> x * y); // [..,n,k,m]
    return wide.sum(false, wide.rank() - 2);
  }

  private static Ref lead(Ref b) {
    int[] s = new int[b.rank() + 1];
    System.arraycopy(b.shape, 0, s, 0, b.rank() - 2);
    s[b.rank() - 2] = 1;
    s[b.rank() - 1] = b.shape[b.rank() - 2];
    s[b.rank()] = b.shape[b.rank() - 1];
    return b.reshape(s);
  }

  private static int[] append(int[] s, int last) {
    int[] out = Arrays.copyOf(s, s.length + 1);
    out[s.length] = last;
    return out;
  }

  private double padded(int b, int c, int y, int x) {
    return y < 0 || x < 0 || y >= shape[2] || x >= shape[3] ? 0 : at(b, c, y, x);
  }

  Ref conv2d(Ref w, Ref bias, int stride, int pad, int dilation, int groups) {
    int height = (shape[2] + 2 * pad - dilation * (w.shape[2] - 1) - 1) / stride + 1;
    int width = (shape[3] + 2 * pad - dilation * (w.shape[3] - 1) - 1) / stride + 1;
    int perGroup = w.shape[0] / groups;
    return build(
        new int[] {shape[0], w.shape[0], height, width},
        ix -> {
          double s = bias == null ? 0 : bias.data[ix[1]];
          int first = ix[1] / perGroup * w.shape[1];
          for (int c = 0; c < w.shape[1]; c++) {
            for (int i = 0; i < w.shape[2]; i++) {
              for (int j = 0; j < w.shape[3]; j++) {
                s +=
                    w.at(ix[1], c, i, j)
                        * padded(
                            ix[0],
                            first + c,
                            ix[2] * stride - pad + i * dilation,
                            ix[3] * stride - pad + j * dilation);
              }
            }
          }
          return s;
        });
  }

  Ref pool(int kernel, int stride, int pad, boolean max) {
    int height = (shape[2] + 2 * pad - kernel) / stride + 1;
    int width = (shape[3] + 2 * pad - kernel) / stride + 1;
    return build(
        new int[] {shape[0], shape[1], height, width},
        ix -> {
          double best = Double.NEGATIVE_INFINITY;
          double sum = 0;
          for (int i = 0; i < kernel; i++) {
            for (int j = 0; j < kernel; j++) {
              int y = ix[2] * stride - pad + i;
              int x = ix[3] * stride - pad + j;
              double v = padded(ix[0], ix[1], y, x);
              sum += v;
              if (y >= 0 && x >= 0 && y < shape[2] && x < shape[3]) {
                best = Math.max(best, v);
              }
            }
          }
          return max ? best : sum / (kernel * kernel);
        });
  }

  /** Normalises over axes, affine by broadcasting w and b (already shaped). */
  Ref normalise(double eps, Ref w, Ref b, int... dims) {
    int n = Arrays.stream(dims).map(d -> shape[d]).reduce(1, (x, y) -> x * y);
    Ref mean = sum(true, dims).map(v -> v / n);
    Ref centred = zip(mean, (x, m) -> x - m);
    Ref rstd = centred.map(v -> v * v).sum(true, dims).map(v -> 1 / Math.sqrt(v / n + eps));
    Ref y = centred.zip(rstd, (x, r) -> x * r);
    return w == null ? y : y.zip(w, (x, v) -> x * v).zip(b, Double::sum);
  }

  Ref softmax(int dim) {
    Ref max = reduce(new int[] {dim}, true, Double.NEGATIVE_INFINITY, Math::max);
    Ref e = zip(max, (x, m) -> Math.exp(x - m));
    return e.zip(e.sum(true, dim), (x, s) -> x / s);
  }

  Ref cumSum(int dim) {
    return build(
        shape,
        ix -> {
          double s = 0;
          int[] from = ix.clone();
          for (int i = 0; i <= ix[dim]; i++) {
            from[dim] = i;
            s += at(from);
          }
          return s;
        });
  }

  Ref gather(int dim, int[] index, int... to) {
    return build(
        to,
        ix -> {
          int[] from = ix.clone();
          from[dim] = index[new Ref(new double[0], to).offset(ix)];
          return at(from);
        });
  }

  private double clamped(int b, int c, int y, int x) {
    return at(b, c, Math.max(0, Math.min(shape[2] - 1, y)), Math.max(0, Math.min(shape[3] - 1, x)));
  }

  Ref bilinear(int height, int width) {
    return build(
        new int[] {shape[0], shape[1], height, width},
        ix -> {
          double y = Math.max(0, (ix[2] + 0.5) * shape[2] / height - 0.5);
          double x = Math.max(0, (ix[3] + 0.5) * shape[3] / width - 0.5);
          int y0 = (int) y;
          int x0 = (int) x;
          double fy = y - y0;
          double fx = x - x0;
          return (1 - fy)
                  * ((1 - fx) * clamped(ix[0], ix[1], y0, x0)
                      + fx * clamped(ix[0], ix[1], y0, x0 + 1))
              + fy
                  * ((1 - fx) * clamped(ix[0], ix[1], y0 + 1, x0)
                      + fx * clamped(ix[0], ix[1], y0 + 1, x0 + 1));
        });
  }

  Ref nearest(int height, int width) {
    return build(
        new int[] {shape[0], shape[1], height, width},
        ix -> at(ix[0], ix[1], ix[2] * shape[2] / height, ix[3] * shape[3] / width));
  }

  private static double cubic(double t) {
    double a = -0.75;
    double x = Math.abs(t);
    if (x <= 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }

  Ref bicubic(int height, int width) {
    return build(
        new int[] {shape[0], shape[1], height, width},
        ix -> {
          double y = (ix[2] + 0.5) * shape[2] / height - 0.5;
          double x = (ix[3] + 0.5) * shape[3] / width - 0.5;
          int y0 = (int) Math.floor(y);
          int x0 = (int) Math.floor(x);
          double s = 0;
          for (int i = -1; i <= 2; i++) {
            for (int j = -1; j <= 2; j++) {
              s += cubic(y - y0 - i) * cubic(x - x0 - j) * clamped(ix[0], ix[1], y0 + i, x0 + j);
            }
          }
          return s;
        });
  }

  Ref gridSample(Ref grid) {
    return build(
        new int[] {shape[0], shape[1], grid.shape[1], grid.shape[2]},
        ix -> {
          double x = ((grid.at(ix[0], ix[2], ix[3], 0) + 1) * shape[3] - 1) / 2;
          double y = ((grid.at(ix[0], ix[2], ix[3], 1) + 1) * shape[2] - 1) / 2;
          int x0 = (int) Math.floor(x);
          int y0 = (int) Math.floor(y);
          double fx = x - x0;
          double fy = y - y0;
          return (1 - fy)
                  * ((1 - fx) * padded(ix[0], ix[1], y0, x0)
                      + fx * padded(ix[0], ix[1], y0, x0 + 1))
              + fy
                  * ((1 - fx) * padded(ix[0], ix[1], y0 + 1, x0)
                      + fx * padded(ix[0], ix[1], y0 + 1, x0 + 1));
        });
  }
}

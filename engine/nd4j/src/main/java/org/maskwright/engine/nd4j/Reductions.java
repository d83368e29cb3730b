package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;

/**
 * Sums, means, extrema and logical reductions over any axes. Float sums add tiles in float32 and
 * tiles to one another in double; the order does not depend on the number of threads.
 */
final class Reductions {
  private static final RowKernels ROWS = RowKernels.get();
  private static final int GRAIN = 16_384;
  private static final int COLUMN_BLOCK = 256;

  /** Rows that a column sum adds in float before it adds to the double accumulator. */
  private static final int FLOAT_ROWS = 32;

  /** Fewer results than this, and the work on one result is split. */
  private static final int FEW_RESULTS = 16;

  private final Parallel parallel;
  private final MemoryAccount account;

  Reductions(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /** Axes of one kind with their strides, neighbours merged. */
  private static final class Axes {
    private final int[] lengths;
    private final int[] strides;

    Axes(int[] lengths, int[] strides) {
      this.lengths = lengths;
      this.strides = strides;
    }

    int count() {
      int product = 1;
      for (int length : lengths) {
        product *= length;
      }
      return product;
    }

    /** Offsets of all index combinations, row-major. */
    int[] offsets(int axes) {
      int count = 1;
      for (int i = 0; i < axes; i++) {
        count *= lengths[i];
      }
      int[] offsets = new int[count];
      int filled = 1;
      for (int i = 0; i < axes; i++) {
        for (int o = filled - 1; o >= 0; o--) {
          for (int j = lengths[i] - 1; j >= 0; j--) {
            offsets[o * lengths[i] + j] = offsets[o] + j * strides[i];
          }
        }
        filled *= lengths[i];
      }
      return offsets;
    }
  }

  NdArray reduce(ReduceOp op, NdArray a, int[] dims, boolean keepDims) {
    boolean[] reduced = new boolean[a.rank()];
    for (int dim : dims) {
      reduced[dim] = true;
    }
    NdArray out = NdArray.allocate(account, type(op, a.dtype()), outShape(a, reduced, keepDims));
    if (out.size() == 0) {
      return out;
    }
    if (a.size() == 0) {
      fillIdentity(op, out);
      return out;
    }
    Axes kept = axes(a, reduced, false);
    Axes gone = axes(a, reduced, true);
    if (!a.dtype().isFloating()) {
      integers(op, a, kept.offsets(kept.lengths.length), gone.offsets(gone.lengths.length), out);
      return out;
    }
    int last = gone.lengths.length - 1;
    float[] result = new float[out.size()];
    if (last >= 0 && gone.strides[last] == 1) {
      int[] starts = kept.offsets(kept.lengths.length);
      rows(op, a, starts, gone.offsets(last), gone.lengths[last], result);
    } else {
      int inner = kept.lengths.length - 1;
      int length = inner < 0 ? 1 : kept.lengths[inner];
      int[] starts = inner < 0 ? new int[1] : kept.offsets(inner);
      columns(op, a, starts, gone.offsets(gone.lengths.length), length, result);
    }
    if (op == ReduceOp.MEAN) {
      float count = gone.count();
      for (int i = 0; i < result.length; i++) {
        result[i] /= count;
      }
    }
    Tiles.store(result, result.length, out, 0);
    return out;
  }

  private static DType type(ReduceOp op, DType dtype) {
    return switch (op) {
      case ANY, ALL -> DType.BOOL;
      case SUM -> dtype.isFloating() ? dtype : DType.INT64;
      case MEAN, MAX, MIN -> dtype;
    };
  }

  private static long[] outShape(NdArray a, boolean[] reduced, boolean keepDims) {
    long[] shape = new long[a.rank()];
    int n = 0;
    for (int i = 0; i < a.rank(); i++) {
      if (!reduced[i]) {
        shape[n++] = a.shape()[i];
      } else if (keepDims) {
        shape[n++] = 1;
      }
    }
    return Arrays.copyOf(shape, n);
  }

  private void fillIdentity(ReduceOp op, NdArray out) {
    double value =
        switch (op) {
          case SUM, ANY -> 0;
          case ALL -> 1;
          case MEAN -> Double.NaN;
          case MAX -> Double.NEGATIVE_INFINITY;
          case MIN -> Double.POSITIVE_INFINITY;
        };
    new Elementwise(parallel, account).fill(out, value);
  }

  /** Neighbouring axes of the same kind become one; axes of length 1 vanish. */
  private static Axes axes(NdArray a, boolean[] reduced, boolean kind) {
    int[] strides = Extents.strides(a.shape());
    int[] lengths = new int[a.rank()];
    int[] steps = new int[a.rank()];
    int n = 0;
    boolean adjacent = false;
    for (int i = 0; i < a.rank(); i++) {
      if (a.shape()[i] == 1) {
        continue;
      }
      if (reduced[i] != kind) {
        adjacent = false;
        continue;
      }
      if (adjacent) {
        lengths[n - 1] *= a.dim(i);
        steps[n - 1] = strides[i];
      } else {
        lengths[n] = a.dim(i);
        steps[n++] = strides[i];
      }
      adjacent = true;
    }
    return new Axes(Arrays.copyOf(lengths, n), Arrays.copyOf(steps, n));
  }

  /** Each result from runs of {@code length} elements at start + offset. */
  private void rows(
      ReduceOp op, NdArray a, int[] starts, int[] offsets, int length, float[] result) {
    int tilesPerRun = (length - 1) / Tiles.LENGTH + 1;
    int parts = offsets.length * tilesPerRun;
    if (starts.length < FEW_RESULTS && parts > 1) {
      for (int o = 0; o < starts.length; o++) {
        int start = starts[o];
        double[] partial = new double[parts];
        parallel.range(
            parts,
            Math.max(1, GRAIN / Math.min(length, Tiles.LENGTH)),
            (from, to) -> {
              float[] tile = new float[Math.min(length, Tiles.LENGTH)];
              for (int part = from; part < to; part++) {
                int at = (part % tilesPerRun) * Tiles.LENGTH;
                int n = Math.min(Tiles.LENGTH, length - at);
                Tiles.load(a, start + offsets[part / tilesPerRun] + at, n, tile);
                partial[part] = fold(op, tile, n);
              }
            });
        double value = partial[0];
        for (int part = 1; part < parts; part++) {
          value = combine(op, value, partial[part]);
        }
        result[o] = (float) value;
      }
      return;
    }
    parallel.range(
        starts.length,
        Math.max(1, GRAIN / (offsets.length * length)),
        (from, to) -> {
          float[] tile = new float[Math.min(length, Tiles.LENGTH)];
          for (int o = from; o < to; o++) {
            double value = identity(op);
            for (int offset : offsets) {
              for (int at = 0; at < length; at += Tiles.LENGTH) {
                int n = Math.min(Tiles.LENGTH, length - at);
                Tiles.load(a, starts[o] + offset + at, n, tile);
                value = combine(op, value, fold(op, tile, n));
              }
            }
            result[o] = (float) value;
          }
        });
  }

  /** Results in runs of {@code length}, each the combination of the rows at start + offset. */
  private void columns(
      ReduceOp op, NdArray a, int[] starts, int[] offsets, int length, float[] result) {
    int width = Math.min(length, COLUMN_BLOCK);
    int blocks = (length - 1) / width + 1;
    int results = starts.length * blocks;
    int segments =
        results < FEW_RESULTS ? Math.max(1, Math.min(FEW_RESULTS, offsets.length / 64)) : 1;
    int segment = (offsets.length - 1) / segments + 1;
    double[][] partial = new double[results * segments][];
    parallel.range(
        results * segments,
        Math.max(1, GRAIN / (width * segment)),
        (from, to) -> {
          float[] row = new float[width];
          for (int task = from; task < to; task++) {
            int block = task / segments;
            int column = (block % blocks) * width;
            int n = Math.min(width, length - column);
            int first = (task % segments) * segment;
            int last = Math.min(offsets.length, first + segment);
            int start = starts[block / blocks] + column;
            partial[task] = foldRows(op, a, start, offsets, first, last, n, row);
          }
        });
    for (int block = 0; block < results; block++) {
      double[] sum = partial[block * segments];
      int at = (block / blocks) * length + (block % blocks) * width;
      for (int i = 0; i < sum.length; i++) {
        double value = sum[i];
        for (int s = 1; s < segments; s++) {
          value = combine(op, value, partial[block * segments + s][i]);
        }
        result[at + i] = (float) value;
      }
    }
  }

  private static double[] foldRows(
      ReduceOp op, NdArray a, int start, int[] offsets, int first, int last, int n, float[] row) {
    double[] total = new double[n];
    Arrays.fill(total, identity(op));
    float[] part = new float[n];
    for (int from = first; from < last; from += FLOAT_ROWS) {
      int to = Math.min(last, from + FLOAT_ROWS);
      Arrays.fill(part, (float) identity(op));
      for (int r = from; r < to; r++) {
        Tiles.load(a, start + offsets[r], n, row);
        switch (op) {
          case MAX -> {
            for (int i = 0; i < n; i++) {
              part[i] = Math.max(part[i], row[i]);
            }
          }
          case MIN -> {
            for (int i = 0; i < n; i++) {
              part[i] = Math.min(part[i], row[i]);
            }
          }
          default -> {
            for (int i = 0; i < n; i++) {
              part[i] += row[i];
            }
          }
        }
      }
      for (int i = 0; i < n; i++) {
        total[i] = combine(op, total[i], part[i]);
      }
    }
    return total;
  }

  private static double identity(ReduceOp op) {
    return switch (op) {
      case SUM, MEAN, ANY, ALL -> 0;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  private static double combine(ReduceOp op, double x, double y) {
    return switch (op) {
      case SUM, MEAN, ANY, ALL -> x + y;
      case MAX -> Math.max(x, y);
      case MIN -> Math.min(x, y);
    };
  }

  private static double fold(ReduceOp op, float[] x, int n) {
    return switch (op) {
      case SUM, MEAN, ANY, ALL -> ROWS.sum(x, 0, n);
      case MAX -> max(x, n);
      case MIN -> {
        float value = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
          value = Math.min(value, x[i]);
        }
        yield value;
      }
    };
  }

  /** Largest of the first n elements; NaN if one is NaN. */
  static float max(float[] x, int n) {
    float a = Float.NEGATIVE_INFINITY;
    float b = a;
    float c = a;
    float d = a;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      a = Math.max(a, x[i]);
      b = Math.max(b, x[i + 1]);
      c = Math.max(c, x[i + 2]);
      d = Math.max(d, x[i + 3]);
    }
    for (; i < n; i++) {
      a = Math.max(a, x[i]);
    }
    return Math.max(Math.max(a, b), Math.max(c, d));
  }

  private void integers(ReduceOp op, NdArray a, int[] starts, int[] offsets, NdArray out) {
    parallel.range(
        starts.length,
        Math.max(1, GRAIN / offsets.length),
        (from, to) -> {
          for (int o = from; o < to; o++) {
            long value = Tiles.longAt(a, starts[o] + offsets[0]);
            for (int i = 1; i < offsets.length; i++) {
              long x = Tiles.longAt(a, starts[o] + offsets[i]);
              value =
                  switch (op) {
                    case SUM, MEAN -> value + x;
                    case MAX -> Math.max(value, x);
                    case MIN -> Math.min(value, x);
                    case ANY -> value | x;
                    case ALL -> value & x;
                  };
            }
            Tiles.put(out, o, op == ReduceOp.MEAN ? value / offsets.length : value);
          }
        });
  }
}

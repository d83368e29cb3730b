package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/** Softmax and its logarithm along one axis, forward and backward. */
final class Softmax {
  private static final RowKernels ROWS = RowKernels.get();
  private static final int GRAIN = 8_192;

  /** Narrowest block of columns: one cache line. */
  private static final int MIN_WIDTH = 16;

  private final Parallel parallel;
  private final MemoryAccount account;

  Softmax(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  private enum Kind {
    FORWARD,
    LOG_FORWARD,
    BACKWARD,
    LOG_BACKWARD
  }

  NdArray forward(NdArray a, int dim) {
    return apply(Kind.FORWARD, a, null, dim);
  }

  NdArray logForward(NdArray a, int dim) {
    return apply(Kind.LOG_FORWARD, a, null, dim);
  }

  NdArray backward(NdArray grad, NdArray y, int dim) {
    return apply(Kind.BACKWARD, grad, y, dim);
  }

  NdArray logBackward(NdArray grad, NdArray y, int dim) {
    return apply(Kind.LOG_BACKWARD, grad, y, dim);
  }

  private NdArray apply(Kind kind, NdArray a, NdArray y, int dim) {
    NdArray out = NdArray.allocate(account, a.dtype(), a.shape());
    if (a.size() == 0) {
      return out;
    }
    int n = a.rank() == 0 ? 1 : a.dim(dim);
    int inner = a.rank() == 0 ? 1 : Extents.span(a.shape(), dim + 1, a.rank());
    int outer = a.size() / (n * inner);
    if (inner == 1) {
      rows(kind, a, y, n, out);
    } else {
      columns(kind, a, y, outer, n, inner, out);
    }
    return out;
  }

  /** The axis is the last one: whole rows, several in a tile where they are short. */
  private void rows(Kind kind, NdArray a, NdArray y, int n, NdArray out) {
    int total = a.size() / n;
    int perTile = Math.min(total, Math.max(1, Tiles.LENGTH / n));
    parallel.range(
        (total - 1) / perTile + 1,
        Math.max(1, GRAIN / (perTile * n)),
        (from, to) -> {
          float[] x = new float[perTile * n];
          float[] z = new float[perTile * n];
          float[] scratch = new float[perTile * n];
          for (int tile = from; tile < to; tile++) {
            int rows = Math.min(perTile, total - tile * perTile);
            int at = tile * perTile * n;
            Tiles.load(a, at, rows * n, x);
            if (y == null) {
              forwardRows(kind, x, z, rows, n, scratch);
            } else {
              Tiles.load(y, at, rows * n, z);
              backwardRows(kind, x, z, rows, n, scratch);
            }
            Tiles.store(x, rows * n, out, at);
          }
        });
  }

  private static void forwardRows(
      Kind kind, float[] x, float[] z, int rows, int n, float[] scratch) {
    for (int row = 0; row < rows; row++) {
      int start = row * n;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = start; i < start + n; i++) {
        max = Math.max(max, x[i]);
      }
      for (int i = start; i < start + n; i++) {
        x[i] -= max;
      }
    }
    FloatMath.exp(x, z, rows * n, scratch);
    for (int row = 0; row < rows; row++) {
      int start = row * n;
      float sum = ROWS.sum(z, start, n);
      if (kind == Kind.FORWARD) {
        float factor = 1f / sum;
        for (int i = start; i < start + n; i++) {
          x[i] = z[i] * factor;
        }
      } else {
        float log = (float) Math.log(sum);
        for (int i = start; i < start + n; i++) {
          x[i] -= log;
        }
      }
    }
  }

  private static void backwardRows(
      Kind kind, float[] g, float[] y, int rows, int n, float[] scratch) {
    if (kind == Kind.LOG_BACKWARD) {
      FloatMath.exp(y, y, rows * n, scratch);
      for (int row = 0; row < rows; row++) {
        int start = row * n;
        float sum = ROWS.sum(g, start, n);
        for (int i = start; i < start + n; i++) {
          g[i] -= y[i] * sum;
        }
      }
      return;
    }
    for (int i = 0; i < rows * n; i++) {
      scratch[i] = g[i] * y[i];
    }
    for (int row = 0; row < rows; row++) {
      int start = row * n;
      float sum = ROWS.sum(scratch, start, n);
      for (int i = start; i < start + n; i++) {
        g[i] = y[i] * (g[i] - sum);
      }
    }
  }

  /** Another axis: blocks of neighbouring columns, each row of a block is one vector loop. */
  private void columns(Kind kind, NdArray a, NdArray y, int outer, int n, int inner, NdArray out) {
    int width = Math.min(inner, Math.max(MIN_WIDTH, 4 * Tiles.LENGTH / n));
    int blocks = (inner - 1) / width + 1;
    parallel.range(
        outer * blocks,
        Math.max(1, GRAIN / (width * n)),
        (from, to) -> {
          float[] x = new float[n * width];
          float[] z = new float[n * width];
          float[] row = new float[width];
          float[] scratch = new float[n * width];
          for (int task = from; task < to; task++) {
            int column = (task % blocks) * width;
            int w = Math.min(width, inner - column);
            int start = (task / blocks) * n * inner + column;
            loadBlock(a, start, inner, n, w, row, x);
            if (y == null) {
              forwardColumns(kind, x, z, n, w, row, scratch);
            } else {
              loadBlock(y, start, inner, n, w, row, z);
              backwardColumns(kind, x, z, n, w, row, scratch);
            }
            for (int i = 0; i < n; i++) {
              System.arraycopy(x, i * w, row, 0, w);
              Tiles.store(row, w, out, start + i * inner);
            }
          }
        });
  }

  private static void loadBlock(
      NdArray a, int start, int stride, int n, int w, float[] row, float[] block) {
    for (int i = 0; i < n; i++) {
      Tiles.load(a, start + i * stride, w, row);
      System.arraycopy(row, 0, block, i * w, w);
    }
  }

  private static void forwardColumns(
      Kind kind, float[] x, float[] z, int n, int w, float[] row, float[] scratch) {
    Arrays.fill(row, 0, w, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        row[j] = Math.max(row[j], x[i * w + j]);
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        x[i * w + j] -= row[j];
      }
    }
    FloatMath.exp(x, z, n * w, scratch);
    sumColumns(z, n, w, row);
    if (kind == Kind.FORWARD) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < w; j++) {
          x[i * w + j] = z[i * w + j] / row[j];
        }
      }
    } else {
      for (int j = 0; j < w; j++) {
        row[j] = (float) Math.log(row[j]);
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < w; j++) {
          x[i * w + j] -= row[j];
        }
      }
    }
  }

  private static void backwardColumns(
      Kind kind, float[] g, float[] y, int n, int w, float[] row, float[] scratch) {
    if (kind == Kind.LOG_BACKWARD) {
      FloatMath.exp(y, y, n * w, scratch);
      sumColumns(g, n, w, row);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < w; j++) {
          g[i * w + j] -= y[i * w + j] * row[j];
        }
      }
      return;
    }
    for (int i = 0; i < n * w; i++) {
      scratch[i] = g[i] * y[i];
    }
    sumColumns(scratch, n, w, row);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        g[i * w + j] = y[i * w + j] * (g[i * w + j] - row[j]);
      }
    }
  }

  private static void sumColumns(float[] x, int n, int w, float[] row) {
    Arrays.fill(row, 0, w, 0f);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < w; j++) {
        row[j] += x[i * w + j];
      }
    }
  }
}

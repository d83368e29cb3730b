package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;

/** Layer norm over the last axis, forward and backward. */
final class LayerNormalization {
  private static final RowKernels ROWS = RowKernels.get();
  private static final int GRAIN = 8_192;

  /** Parts of the rows whose sums for w and b are made apart; fixed, so that results are too. */
  private static final int SEGMENTS = 16;

  /** Rows that are added in float before they go to the double sums. */
  private static final int FLOAT_ROWS = 32;

  private final Parallel parallel;
  private final MemoryAccount account;

  LayerNormalization(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  private static float[] values(NdArray a, int n, float missing) {
    float[] values = new float[n];
    if (a == null) {
      Arrays.fill(values, missing);
    } else {
      Tiles.load(a, 0, n, values);
    }
    return values;
  }

  NdArray[] forward(NdArray x, NdArray w, NdArray b, double eps) {
    int n = x.dim(x.rank() - 1);
    long[] statShape = Shapes.with(x.shape(), x.rank() - 1, 1);
    NdArray y = NdArray.allocate(account, x.dtype(), x.shape());
    NdArray mean = NdArray.allocate(account, DType.FLOAT32, statShape);
    NdArray rstd = NdArray.allocate(account, DType.FLOAT32, statShape);
    float[] weight = values(w, n, 1f);
    float[] bias = values(b, n, 0f);
    parallel.range(
        mean.size(),
        Math.max(1, GRAIN / Math.max(1, n)),
        (from, to) -> {
          float[] v = new float[n];
          for (int row = from; row < to; row++) {
            Tiles.load(x, row * n, n, v);
            float mu = ROWS.sum(v, 0, n) / n;
            float r = normalise(v, mu, eps, weight, bias);
            Tiles.store(v, n, y, row * n);
            mean.floats().put(row, mu);
            rstd.floats().put(row, r);
          }
        });
    return new NdArray[] {y, mean, rstd};
  }

  /** v = (v - mu) r weight + bias; returns r = 1 / sqrt(variance + eps). */
  private static float normalise(float[] v, float mu, double eps, float[] weight, float[] bias) {
    int n = v.length;
    for (int i = 0; i < n; i++) {
      v[i] -= mu;
    }
    float r = (float) (1 / Math.sqrt(ROWS.dot(v, v, n) / n + eps));
    for (int i = 0; i < n; i++) {
      v[i] = v[i] * r * weight[i] + bias[i];
    }
    return r;
  }

  NdArray[] backward(
      NdArray grad,
      NdArray x,
      NdArray mean,
      NdArray rstd,
      NdArray w,
      boolean needX,
      boolean needParameters) {
    int n = x.dim(x.rank() - 1);
    NdArray dx = needX ? NdArray.allocate(account, x.dtype(), x.shape()) : null;
    float[] weight = values(w, n, 1f);
    double[][] sums = new double[SEGMENTS][];
    int rows = mean.size();
    int segment = (rows - 1) / SEGMENTS + 1;
    parallel.range(
        rows == 0 ? 0 : SEGMENTS,
        Math.max(1, GRAIN / Math.max(1, segment * n)),
        (from, to) -> {
          for (int s = from; s < to; s++) {
            int last = Math.min(rows, (s + 1) * segment);
            sums[s] =
                backwardRows(grad, x, mean, rstd, weight, s * segment, last, dx, needParameters);
          }
        });
    if (!needParameters) {
      return new NdArray[] {dx, null, null};
    }
    float[] dw = new float[n];
    float[] db = new float[n];
    for (int i = 0; i < n; i++) {
      double sumW = 0;
      double sumB = 0;
      for (double[] sum : sums) {
        if (sum != null) {
          sumW += sum[i];
          sumB += sum[n + i];
        }
      }
      dw[i] = (float) sumW;
      db[i] = (float) sumB;
    }
    NdArray wGrad = NdArray.allocate(account, DType.FLOAT32, new long[] {n});
    NdArray bGrad = NdArray.allocate(account, DType.FLOAT32, new long[] {n});
    Tiles.store(dw, n, wGrad, 0);
    Tiles.store(db, n, bGrad, 0);
    return new NdArray[] {dx, wGrad, bGrad};
  }

  /** The sums over the rows of grad * normalised x, then of grad. */
  private static double[] backwardRows(
      NdArray grad,
      NdArray x,
      NdArray mean,
      NdArray rstd,
      float[] weight,
      int first,
      int last,
      NdArray dx,
      boolean needParameters) {
    int n = weight.length;
    double[] total = new double[2 * n];
    float[] dw = new float[n];
    float[] db = new float[n];
    float[] g = new float[n];
    float[] v = new float[n];
    int pending = 0;
    for (int row = first; row < last; row++) {
      Tiles.load(grad, row * n, n, g);
      Tiles.load(x, row * n, n, v);
      float mu = mean.floats().get(row);
      float r = rstd.floats().get(row);
      for (int i = 0; i < n; i++) {
        v[i] = (v[i] - mu) * r;
      }
      if (needParameters) {
        for (int i = 0; i < n; i++) {
          dw[i] += g[i] * v[i];
          db[i] += g[i];
        }
        if (++pending == FLOAT_ROWS || row == last - 1) {
          flush(dw, db, total);
          pending = 0;
        }
      }
      if (dx != null) {
        for (int i = 0; i < n; i++) {
          g[i] *= weight[i];
        }
        float meanG = ROWS.sum(g, 0, n) / n;
        float meanProduct = ROWS.dot(g, v, n) / n;
        for (int i = 0; i < n; i++) {
          g[i] = r * (g[i] - meanG - v[i] * meanProduct);
        }
        Tiles.store(g, n, dx, row * n);
      }
    }
    return total;
  }

  private static void flush(float[] dw, float[] db, double[] total) {
    int n = dw.length;
    for (int i = 0; i < n; i++) {
      total[i] += dw[i];
      total[n + i] += db[i];
    }
    Arrays.fill(dw, 0f);
    Arrays.fill(db, 0f);
  }
}

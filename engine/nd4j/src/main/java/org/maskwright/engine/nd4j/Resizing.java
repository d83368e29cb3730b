package org.maskwright.engine.nd4j;

import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/**
 * Separable interpolation with PyTorch's conventions (align_corners = false, no antialiasing).
 * Every mode is a short weighted sum along rows, then along columns; the adjoint scatters the same
 * weights.
 */
final class Resizing {
  private static final int GRAIN = 8_192;

  /** Coefficient of the cubic convolution. */
  private static final double CUBIC_A = -0.75;

  private final Parallel parallel;
  private final MemoryAccount account;

  Resizing(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /** For each output position {@code count} input positions and weights, one after another. */
  private static final class Taps {
    /** 1, 2 or 4. */
    private final int count;

    private final int[] index;
    private final float[] weight;

    private Taps(int count, int outputs) {
      this.count = count;
      this.index = new int[outputs * count];
      this.weight = new float[outputs * count];
    }

    static Taps of(int in, int out, ResizeMode mode) {
      int count =
          switch (mode) {
            case NEAREST -> 1;
            case BILINEAR -> 2;
            case BICUBIC -> 4;
          };
      Taps taps = new Taps(count, out);
      for (int i = 0; i < out; i++) {
        switch (mode) {
          case NEAREST -> taps.set(i, 0, (int) ((long) i * in / out), 1, in);
          case BILINEAR -> {
            double x = Math.max(0, (i + 0.5) * in / out - 0.5);
            int low = (int) x;
            taps.set(i, 0, low, 1 - (x - low), in);
            taps.set(i, 1, low + 1, x - low, in);
          }
          case BICUBIC -> {
            double x = (i + 0.5) * in / out - 0.5;
            int low = (int) Math.floor(x);
            double t = x - low;
            taps.set(i, 0, low - 1, outer(t + 1), in);
            taps.set(i, 1, low, inner(t), in);
            taps.set(i, 2, low + 1, inner(1 - t), in);
            taps.set(i, 3, low + 2, outer(2 - t), in);
          }
        }
      }
      return taps;
    }

    private void set(int i, int tap, int position, double value, int in) {
      index[i * count + tap] = Math.min(in - 1, Math.max(0, position));
      weight[i * count + tap] = (float) value;
    }

    /** Cubic convolution for distances up to 1. */
    private static double inner(double d) {
      return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1;
    }

    /** Cubic convolution for distances from 1 to 2. */
    private static double outer(double d) {
      return ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A;
    }
  }

  NdArray forward(NdArray x, int height, int width, ResizeMode mode) {
    int inH = x.dim(2);
    int inW = x.dim(3);
    int planes = x.dim(0) * x.dim(1);
    NdArray out =
        NdArray.allocate(account, x.dtype(), new long[] {x.dim(0), x.dim(1), height, width});
    if (out.size() == 0) {
      return out;
    }
    Taps rows = Taps.of(inH, height, mode);
    Taps columns = Taps.of(inW, width, mode);
    parallel.range(
        planes * height,
        Math.max(1, GRAIN / (width + inW)),
        (from, to) -> {
          float[] in = new float[inW];
          float[] mixed = new float[inW];
          float[] result = new float[width];
          for (int row = from; row < to; row++) {
            int plane = row / height;
            int y = row % height;
            java.util.Arrays.fill(mixed, 0f);
            for (int tap = y * rows.count; tap < (y + 1) * rows.count; tap++) {
              Tiles.load(x, (plane * inH + rows.index[tap]) * inW, inW, in);
              float weight = rows.weight[tap];
              for (int i = 0; i < inW; i++) {
                mixed[i] += weight * in[i];
              }
            }
            gather(columns, mixed, result);
            Tiles.store(result, width, out, row * width);
          }
        });
    return out;
  }

  private static void gather(Taps taps, float[] in, float[] out) {
    int[] index = taps.index;
    float[] weight = taps.weight;
    if (taps.count == 2) {
      for (int i = 0; i < out.length; i++) {
        out[i] = weight[2 * i] * in[index[2 * i]] + weight[2 * i + 1] * in[index[2 * i + 1]];
      }
      return;
    }
    for (int i = 0; i < out.length; i++) {
      float sum = 0;
      for (int tap = i * taps.count; tap < (i + 1) * taps.count; tap++) {
        sum += weight[tap] * in[index[tap]];
      }
      out[i] = sum;
    }
  }

  NdArray backward(NdArray grad, int height, int width, ResizeMode mode) {
    int outH = grad.dim(2);
    int outW = grad.dim(3);
    int planes = grad.dim(0) * grad.dim(1);
    NdArray dx =
        NdArray.allocate(
            account, grad.dtype(), new long[] {grad.dim(0), grad.dim(1), height, width});
    Taps rows = Taps.of(height, outH, mode);
    Taps columns = Taps.of(width, outW, mode);
    parallel.range(
        dx.size() == 0 ? 0 : planes,
        Math.max(1, GRAIN / Math.max(1, outH * outW)),
        (from, to) -> {
          float[] g = new float[outW];
          float[] mixed = new float[width];
          for (int plane = from; plane < to; plane++) {
            float[] sum = new float[height * width];
            for (int y = 0; y < outH; y++) {
              Tiles.load(grad, (plane * outH + y) * outW, outW, g);
              java.util.Arrays.fill(mixed, 0f);
              for (int tap = 0; tap < columns.index.length; tap++) {
                mixed[columns.index[tap]] += columns.weight[tap] * g[tap / columns.count];
              }
              for (int tap = y * rows.count; tap < (y + 1) * rows.count; tap++) {
                int start = rows.index[tap] * width;
                float weight = rows.weight[tap];
                for (int i = 0; i < width; i++) {
                  sum[start + i] += weight * mixed[i];
                }
              }
            }
            Tiles.store(sum, sum.length, dx, plane * sum.length);
          }
        });
    return dx;
  }
}

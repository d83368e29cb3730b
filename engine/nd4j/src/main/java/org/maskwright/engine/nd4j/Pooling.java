package org.maskwright.engine.nd4j;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/** Maximum and average over windows, plane by plane. */
final class Pooling {
  private static final int GRAIN = 8_192;

  private final Parallel parallel;
  private final MemoryAccount account;

  Pooling(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  private record Sizes(Pool2dSpec spec, int planes, int height, int width, int outH, int outW) {
    static Sizes of(NdArray x, Pool2dSpec spec) {
      int height = x.dim(2);
      int width = x.dim(3);
      return new Sizes(
          spec,
          x.dim(0) * x.dim(1),
          height,
          width,
          (int) spec.outHeight(height),
          (int) spec.outWidth(width));
    }

    long[] outShape(NdArray x) {
      return new long[] {x.dim(0), x.dim(1), outH, outW};
    }

    int grain() {
      return Math.max(1, GRAIN / Math.max(1, height * width));
    }

    int top(int y) {
      return Math.max(0, y * spec.strideH() - spec.padH());
    }

    int bottom(int y) {
      return Math.min(height, y * spec.strideH() - spec.padH() + spec.kernelH());
    }

    int left(int x) {
      return Math.max(0, x * spec.strideW() - spec.padW());
    }

    int right(int x) {
      return Math.min(width, x * spec.strideW() - spec.padW() + spec.kernelW());
    }
  }

  /** {values, int32 positions in the plane}; of equal elements the first; NaN wins. */
  NdArray[] max(NdArray x, Pool2dSpec spec) {
    Sizes s = Sizes.of(x, spec);
    NdArray out = NdArray.allocate(account, x.dtype(), s.outShape(x));
    NdArray indices = NdArray.allocate(account, DType.INT32, s.outShape(x));
    int outPlane = s.outH * s.outW;
    parallel.range(
        outPlane == 0 ? 0 : s.planes,
        s.grain(),
        (from, to) -> {
          float[] in = new float[s.height * s.width];
          float[] best = new float[outPlane];
          for (int plane = from; plane < to; plane++) {
            Tiles.load(x, plane * in.length, in.length, in);
            int at = 0;
            for (int oy = 0; oy < s.outH; oy++) {
              for (int ox = 0; ox < s.outW; ox++, at++) {
                int index = maxIndex(s, in, oy, ox);
                best[at] = in[index];
                indices.bytes().putInt(4 * (plane * outPlane + at), index);
              }
            }
            Tiles.store(best, outPlane, out, plane * outPlane);
          }
        });
    return new NdArray[] {out, indices};
  }

  private static int maxIndex(Sizes s, float[] in, int oy, int ox) {
    int left = s.left(ox);
    int right = s.right(ox);
    int index = s.top(oy) * s.width + left;
    float best = Float.NEGATIVE_INFINITY;
    for (int y = s.top(oy); y < s.bottom(oy); y++) {
      for (int i = y * s.width + left; i < y * s.width + right; i++) {
        float v = in[i];
        if (v > best || Float.isNaN(v)) {
          best = v;
          index = i;
        }
      }
    }
    return index;
  }

  NdArray maxBackward(NdArray grad, NdArray x, NdArray indices, Pool2dSpec spec) {
    Sizes s = Sizes.of(x, spec);
    NdArray dx = NdArray.allocate(account, grad.dtype(), x.shape());
    int outPlane = s.outH * s.outW;
    parallel.range(
        x.size() == 0 ? 0 : s.planes,
        s.grain(),
        (from, to) -> {
          float[] g = new float[outPlane];
          for (int plane = from; plane < to; plane++) {
            float[] sum = new float[s.height * s.width];
            Tiles.load(grad, plane * outPlane, outPlane, g);
            for (int i = 0; i < outPlane; i++) {
              sum[indices.bytes().getInt(4 * (plane * outPlane + i))] += g[i];
            }
            Tiles.store(sum, sum.length, dx, plane * sum.length);
          }
        });
    return dx;
  }

  NdArray average(NdArray x, Pool2dSpec spec) {
    Sizes s = Sizes.of(x, spec);
    NdArray out = NdArray.allocate(account, x.dtype(), s.outShape(x));
    int outPlane = s.outH * s.outW;
    float window = (float) spec.kernelH() * spec.kernelW();
    parallel.range(
        outPlane == 0 ? 0 : s.planes,
        s.grain(),
        (from, to) -> {
          float[] in = new float[s.height * s.width];
          float[] mean = new float[outPlane];
          for (int plane = from; plane < to; plane++) {
            Tiles.load(x, plane * in.length, in.length, in);
            int at = 0;
            for (int oy = 0; oy < s.outH; oy++) {
              for (int ox = 0; ox < s.outW; ox++, at++) {
                float sum = 0;
                for (int y = s.top(oy); y < s.bottom(oy); y++) {
                  for (int i = s.left(ox); i < s.right(ox); i++) {
                    sum += in[y * s.width + i];
                  }
                }
                mean[at] = sum / window;
              }
            }
            Tiles.store(mean, outPlane, out, plane * outPlane);
          }
        });
    return out;
  }

  NdArray averageBackward(NdArray grad, NdArray x, Pool2dSpec spec) {
    Sizes s = Sizes.of(x, spec);
    NdArray dx = NdArray.allocate(account, grad.dtype(), x.shape());
    int outPlane = s.outH * s.outW;
    float window = (float) spec.kernelH() * spec.kernelW();
    parallel.range(
        x.size() == 0 ? 0 : s.planes,
        s.grain(),
        (from, to) -> {
          float[] g = new float[outPlane];
          for (int plane = from; plane < to; plane++) {
            float[] sum = new float[s.height * s.width];
            Tiles.load(grad, plane * outPlane, outPlane, g);
            int at = 0;
            for (int oy = 0; oy < s.outH; oy++) {
              for (int ox = 0; ox < s.outW; ox++, at++) {
                float share = g[at] / window;
                for (int y = s.top(oy); y < s.bottom(oy); y++) {
                  for (int i = s.left(ox); i < s.right(ox); i++) {
                    sum[y * s.width + i] += share;
                  }
                }
              }
            }
            Tiles.store(sum, sum.length, dx, plane * sum.length);
          }
        });
    return dx;
  }
}

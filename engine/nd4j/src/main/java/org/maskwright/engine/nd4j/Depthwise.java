package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/**
 * Convolution of each channel by itself, one row of the kernel over one row of the image at a time.
 * As a product of matrices it would be one of a single row, and the copies of its patches would
 * take longer than the sums.
 */
final class Depthwise {
  /** Multiplications that are worth a thread's while. */
  private static final long GRAIN = 1 << 20;

  private final Parallel parallel;
  private final MemoryAccount account;

  Depthwise(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /** Whether each output channel sees an input channel of its own; w [O,C/g,kH,kW]. */
  static boolean fits(NdArray w, Conv2dSpec spec) {
    return spec.groups() > 1 && w.dim(0) == spec.groups() && w.dim(1) == 1;
  }

  /** Sizes of one call; a plane is a channel of an image. */
  private record Sizes(
      Conv2dSpec spec,
      int batch,
      int channels,
      int height,
      int width,
      int kernelH,
      int kernelW,
      int outHeight,
      int outWidth) {
    static Sizes of(long[] x, NdArray w, Conv2dSpec spec) {
      int height = (int) x[2];
      int width = (int) x[3];
      return new Sizes(
          spec,
          (int) x[0],
          (int) x[1],
          height,
          width,
          w.dim(2),
          w.dim(3),
          (int) spec.outHeight(height, w.dim(2)),
          (int) spec.outWidth(width, w.dim(3)));
    }

    int kernel() {
      return kernelH * kernelW;
    }

    int pixels() {
      return outHeight * outWidth;
    }

    /** A row of the image with its padding, as long as a window or the image reaches. */
    float[] paddedRow() {
      int windows = (outWidth - 1) * spec.strideW() + (kernelW - 1) * spec.dilationW() + 1;
      return new float[Math.max(windows, spec.padW() + width)];
    }

    /** Where the image's row that a row of the kernel sees begins, or -1 in the padding. */
    int imageRow(int plane, int y, int ky) {
      int row = y * spec.strideH() - spec.padH() + ky * spec.dilationH();
      return row < 0 || row >= height ? -1 : (plane * height + row) * width;
    }

    /** Where the row of the result begins whose window has {@code row} at ky, or -1. */
    int resultRow(int plane, int row, int ky) {
      int above = row + spec.padH() - ky * spec.dilationH();
      int y = above / spec.strideH();
      return above < 0 || above % spec.strideH() != 0 || y >= outHeight
          ? -1
          : (plane * outHeight + y) * outWidth;
    }

    int grain(long each) {
      return (int) Math.max(1, GRAIN / Math.max(1, each * pixels() * kernel()));
    }
  }

  NdArray forward(NdArray x, NdArray w, NdArray bias, Conv2dSpec spec) {
    Sizes s = Sizes.of(x.shape(), w, spec);
    long[] shape = {s.batch, s.channels, s.outHeight, s.outWidth};
    NdArray out = NdArray.allocate(account, DType.FLOAT32, shape);
    if (out.size() == 0) {
      return out;
    }
    parallel.range(
        s.batch * s.channels,
        s.grain(1),
        (from, to) -> {
          float[] row = s.paddedRow();
          float[] sum = new float[s.outWidth];
          float[] kernel = new float[s.kernel()];
          for (int plane = from; plane < to; plane++) {
            int channel = plane % s.channels;
            w.floats().get(channel * kernel.length, kernel);
            float start = bias == null ? 0 : Tiles.floatAt(bias, channel);
            for (int y = 0; y < s.outHeight; y++) {
              Arrays.fill(sum, start);
              for (int ky = 0; ky < s.kernelH; ky++) {
                load(x, s.imageRow(plane, y, ky), row, s);
                for (int kx = 0; kx < s.kernelW; kx++) {
                  float weight = kernel[ky * s.kernelW + kx];
                  gather(sum, weight, row, kx * spec.dilationW(), spec.strideW());
                }
              }
              out.floats().put((plane * s.outHeight + y) * s.outWidth, sum);
            }
          }
        });
    return out;
  }

  /** The image's row behind its padding; padding where there is none. */
  private static void load(NdArray x, int at, float[] row, Sizes s) {
    int pad = s.spec.padW();
    if (at < 0) {
      Arrays.fill(row, pad, pad + s.width, 0);
    } else {
      x.floats().get(at, row, pad, s.width);
    }
  }

  /** sum[i] += weight * row[offset + i * stride]. */
  private static void gather(float[] sum, float weight, float[] row, int offset, int stride) {
    if (stride == 1) { // a loop of its own, which the compiler turns into vector instructions
      for (int i = 0; i < sum.length; i++) {
        sum[i] += weight * row[offset + i];
      }
      return;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += weight * row[offset + i * stride];
    }
  }

  /**
   * The gradient of x.
   *
   * @param grad [B,C,outH,outW]
   */
  NdArray inputGradient(NdArray grad, long[] x, NdArray w, Conv2dSpec spec) {
    Sizes s = Sizes.of(x, w, spec);
    NdArray out = NdArray.allocate(account, DType.FLOAT32, x);
    if (out.size() == 0) {
      return out;
    }
    parallel.range(
        s.batch * s.channels,
        s.grain(1),
        (from, to) -> {
          float[] sum = s.paddedRow();
          float[] row = new float[s.outWidth];
          float[] kernel = new float[s.kernel()];
          for (int plane = from; plane < to; plane++) {
            w.floats().get(plane % s.channels * kernel.length, kernel);
            for (int y = 0; y < s.height; y++) {
              Arrays.fill(sum, 0);
              for (int ky = 0; ky < s.kernelH; ky++) {
                int at = s.resultRow(plane, y, ky);
                if (at >= 0) {
                  grad.floats().get(at, row);
                  for (int kx = 0; kx < s.kernelW; kx++) {
                    float weight = kernel[ky * s.kernelW + kx];
                    scatter(sum, kx * spec.dilationW(), spec.strideW(), weight, row);
                  }
                }
              }
              out.floats().put((plane * s.height + y) * s.width, sum, spec.padW(), s.width);
            }
          }
        });
    return out;
  }

  /** sum[offset + i * stride] += weight * row[i]. */
  private static void scatter(float[] sum, int offset, int stride, float weight, float[] row) {
    if (stride == 1) {
      for (int i = 0; i < row.length; i++) {
        sum[offset + i] += weight * row[i];
      }
      return;
    }
    for (int i = 0; i < row.length; i++) {
      sum[offset + i * stride] += weight * row[i];
    }
  }

  /**
   * The gradient of w.
   *
   * @param grad [B,C,outH,outW]
   */
  NdArray weightGradient(NdArray grad, NdArray x, NdArray w, Conv2dSpec spec) {
    Sizes s = Sizes.of(x.shape(), w, spec);
    NdArray out = NdArray.allocate(account, DType.FLOAT32, w.shape());
    parallel.range(
        s.channels,
        s.grain(Math.max(1, s.batch)),
        (from, to) -> {
          float[] row = s.paddedRow();
          float[] above = new float[s.outWidth];
          // A sum for each column of the result, all added up at the end: the compiler makes vector
          // instructions of that, but not of one sum, whose order it must keep.
          float[][] sums = new float[s.kernel()][s.outWidth];
          for (int channel = from; channel < to; channel++) {
            for (float[] sum : sums) {
              Arrays.fill(sum, 0);
            }
            for (int image = 0; image < s.batch; image++) {
              addProducts(grad, x, s, image * s.channels + channel, above, row, sums);
            }
            for (int k = 0; k < sums.length; k++) {
              double sum = 0;
              for (float column : sums[k]) {
                sum += column;
              }
              out.floats().put(channel * sums.length + k, (float) sum);
            }
          }
        });
    return out;
  }

  private static void addProducts(
      NdArray grad, NdArray x, Sizes s, int plane, float[] above, float[] row, float[][] sums) {
    int dilation = s.spec.dilationW();
    int stride = s.spec.strideW();
    for (int y = 0; y < s.outHeight; y++) {
      grad.floats().get((plane * s.outHeight + y) * s.outWidth, above);
      for (int ky = 0; ky < s.kernelH; ky++) {
        load(x, s.imageRow(plane, y, ky), row, s);
        for (int kx = 0; kx < s.kernelW; kx++) {
          multiply(sums[ky * s.kernelW + kx], above, row, kx * dilation, stride);
        }
      }
    }
  }

  /** sum[i] += above[i] * row[offset + i * stride]. */
  private static void multiply(float[] sum, float[] above, float[] row, int offset, int stride) {
    if (stride == 1) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += above[i] * row[offset + i];
      }
      return;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += above[i] * row[offset + i * stride];
    }
  }
}

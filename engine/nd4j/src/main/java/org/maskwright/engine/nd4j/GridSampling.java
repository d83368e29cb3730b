package org.maskwright.engine.nd4j;

import java.nio.FloatBuffer;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/** Bilinear sampling at given points with zero padding, align_corners = false. */
final class GridSampling {
  private static final int GRAIN = 4_096;

  /** Points whose corners and weights are kept at once. */
  private static final int POINTS = 512;

  private final Parallel parallel;
  private final MemoryAccount account;

  GridSampling(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /**
   * Corners and weights of some points. A corner outside the image has index -1; it counts as 0,
   * times its weight, so that of a location that is not finite NaN comes.
   */
  private static final class Corners {
    final int[] index = new int[4 * POINTS];
    final float[] weight = new float[4 * POINTS];

    /** Derivative of the weights by x and y in pixels. */
    final float[] byX = new float[4 * POINTS];

    final float[] byY = new float[4 * POINTS];

    void compute(FloatBuffer grid, int first, int n, int height, int width) {
      for (int p = 0; p < n; p++) {
        float x = ((grid.get(2 * (first + p)) + 1f) * width - 1f) / 2f;
        float y = ((grid.get(2 * (first + p) + 1) + 1f) * height - 1f) / 2f;
        float floorX = (float) Math.floor(x);
        float floorY = (float) Math.floor(y);
        float fx = x - floorX;
        float fy = y - floorY;
        // Of far away and NaN the comparison says no: they stay outside without overflow.
        int left = x > -2f && x < width + 1f ? (int) floorX : -2;
        int top = y > -2f && y < height + 1f ? (int) floorY : -2;
        set(4 * p, left, top, (1 - fx) * (1 - fy), fy - 1, fx - 1, height, width);
        set(4 * p + 1, left + 1, top, fx * (1 - fy), 1 - fy, -fx, height, width);
        set(4 * p + 2, left, top + 1, (1 - fx) * fy, -fy, 1 - fx, height, width);
        set(4 * p + 3, left + 1, top + 1, fx * fy, fy, fx, height, width);
      }
    }

    private void set(int at, int x, int y, float w, float dx, float dy, int height, int width) {
      boolean inside = x >= 0 && x < width && y >= 0 && y < height;
      index[at] = inside ? y * width + x : -1;
      weight[at] = w;
      byX[at] = dx;
      byY[at] = dy;
    }

    /** The value at a corner of the plane that begins at {@code start}. */
    float value(FloatBuffer plane, int start, int corner) {
      int i = index[corner];
      return i < 0 ? 0f : plane.get(start + i);
    }
  }

  NdArray forward(NdArray x, NdArray grid) {
    int batch = x.dim(0);
    int channels = x.dim(1);
    int height = x.dim(2);
    int width = x.dim(3);
    int points = grid.dim(1) * grid.dim(2);
    NdArray out =
        NdArray.allocate(
            account, DType.FLOAT32, new long[] {batch, channels, grid.dim(1), grid.dim(2)});
    if (out.size() == 0) {
      return out;
    }
    if (x.size() == 0) {
      new Elementwise(parallel, account).fill(out, 0);
      return out;
    }
    FloatBuffer in = x.floats();
    FloatBuffer positions = grid.floats();
    FloatBuffer target = out.floats();
    int blocks = (points - 1) / POINTS + 1;
    parallel.range(
        batch * blocks,
        Math.max(1, GRAIN / (Math.min(points, POINTS) * channels)),
        (from, to) -> {
          Corners c = new Corners();
          float[] row = new float[POINTS];
          for (int task = from; task < to; task++) {
            int image = task / blocks;
            int first = (task % blocks) * POINTS;
            int n = Math.min(POINTS, points - first);
            c.compute(positions, image * points + first, n, height, width);
            for (int channel = 0; channel < channels; channel++) {
              int plane = image * channels + channel;
              int start = plane * height * width;
              for (int p = 0; p < n; p++) {
                int k = 4 * p;
                row[p] =
                    c.weight[k] * c.value(in, start, k)
                        + c.weight[k + 1] * c.value(in, start, k + 1)
                        + c.weight[k + 2] * c.value(in, start, k + 2)
                        + c.weight[k + 3] * c.value(in, start, k + 3);
              }
              target.put(plane * points + first, row, 0, n);
            }
          }
        });
    return out;
  }

  NdArray[] backward(NdArray grad, NdArray x, NdArray grid, boolean needX, boolean needGrid) {
    return new NdArray[] {
      needX ? inputGradient(grad, x, grid) : null, needGrid ? gridGradient(grad, x, grid) : null
    };
  }

  /** Parallel over channels, whose planes never meet. */
  private NdArray inputGradient(NdArray grad, NdArray x, NdArray grid) {
    int channels = x.dim(1);
    int height = x.dim(2);
    int width = x.dim(3);
    int points = grid.dim(1) * grid.dim(2);
    NdArray dx = NdArray.allocate(account, DType.FLOAT32, x.shape());
    int groups = Math.max(1, Math.min(channels, 2 * parallel.threads()));
    int group = (channels - 1) / groups + 1;
    parallel.range(
        dx.size() == 0 ? 0 : x.dim(0) * groups,
        Math.max(1, GRAIN / Math.max(1, points * group)),
        (from, to) -> {
          Corners c = new Corners();
          float[] g = new float[POINTS];
          for (int task = from; task < to; task++) {
            int image = task / groups;
            int firstChannel = (task % groups) * group;
            int count = Math.min(group, channels - firstChannel);
            if (count <= 0) {
              continue;
            }
            float[][] sums = new float[count][height * width];
            int firstPlane = image * channels + firstChannel;
            for (int first = 0; first < points; first += POINTS) {
              int n = Math.min(POINTS, points - first);
              c.compute(grid.floats(), image * points + first, n, height, width);
              for (int i = 0; i < count; i++) {
                Tiles.load(grad, (firstPlane + i) * points + first, n, g);
                float[] sum = sums[i];
                for (int k = 0; k < 4 * n; k++) {
                  if (c.index[k] >= 0) {
                    sum[c.index[k]] += c.weight[k] * g[k >> 2];
                  }
                }
              }
            }
            for (int i = 0; i < count; i++) {
              Tiles.store(sums[i], height * width, dx, (firstPlane + i) * height * width);
            }
          }
        });
    return dx;
  }

  private NdArray gridGradient(NdArray grad, NdArray x, NdArray grid) {
    int channels = x.dim(1);
    int height = x.dim(2);
    int width = x.dim(3);
    int points = grid.dim(1) * grid.dim(2);
    NdArray out = NdArray.allocate(account, DType.FLOAT32, grid.shape());
    if (out.size() == 0) {
      return out;
    }
    if (x.size() == 0) {
      new Elementwise(parallel, account).fill(out, 0);
      return out;
    }
    FloatBuffer in = x.floats();
    int blocks = (points - 1) / POINTS + 1;
    parallel.range(
        x.dim(0) * blocks,
        Math.max(1, GRAIN / (Math.min(points, POINTS) * channels)),
        (from, to) -> {
          Corners c = new Corners();
          float[] g = new float[POINTS];
          for (int task = from; task < to; task++) {
            int image = task / blocks;
            int first = (task % blocks) * POINTS;
            int n = Math.min(POINTS, points - first);
            c.compute(grid.floats(), image * points + first, n, height, width);
            float[] sum = new float[2 * n];
            for (int channel = 0; channel < channels; channel++) {
              int plane = image * channels + channel;
              Tiles.load(grad, plane * points + first, n, g);
              int start = plane * height * width;
              for (int p = 0; p < n; p++) {
                int k = 4 * p;
                float a = c.value(in, start, k);
                float b = c.value(in, start, k + 1);
                float d = c.value(in, start, k + 2);
                float e = c.value(in, start, k + 3);
                sum[2 * p] +=
                    g[p] * (a * c.byX[k] + b * c.byX[k + 1] + d * c.byX[k + 2] + e * c.byX[k + 3]);
                sum[2 * p + 1] +=
                    g[p] * (a * c.byY[k] + b * c.byY[k + 1] + d * c.byY[k + 2] + e * c.byY[k + 3]);
              }
            }
            for (int p = 0; p < n; p++) {
              sum[2 * p] *= 0.5f * width;
              sum[2 * p + 1] *= 0.5f * height;
            }
            Tiles.store(sum, 2 * n, out, 2 * (image * points + first));
          }
        });
    return out;
  }
}

package org.maskwright.engine.nd4j;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;

/**
 * Group norm and batch norm of x [B,C,...]: the planes (b, c) are gathered in sets that share mean
 * and variance - the channels of a group, or a channel of all images.
 */
final class ChannelNormalization {
  private static final RowKernels ROWS = RowKernels.get();
  private static final int GRAIN = 8_192;

  private final Parallel parallel;
  private final MemoryAccount account;

  ChannelNormalization(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /**
   * Which planes share statistics.
   *
   * @param groups groups of channels per image; 0 for batch norm, where set c is channel c of all
   *     images
   */
  private record Sets(int batch, int channels, int groups, int plane) {
    static Sets of(NdArray x, int groups) {
      return new Sets(x.dim(0), x.dim(1), groups, Extents.span(x.shape(), 2, x.rank()));
    }

    int count() {
      return groups == 0 ? channels : batch * groups;
    }

    /** Planes in a set. */
    int members() {
      return groups == 0 ? batch : channels / groups;
    }

    /** Plane number j of a set. */
    int member(int set, int j) {
      return groups == 0 ? j * channels + set : set * members() + j;
    }

    int setOf(int planeIndex) {
      return groups == 0 ? planeIndex % channels : planeIndex / members();
    }

    long[] shape() {
      return groups == 0 ? new long[] {channels} : new long[] {batch, groups};
    }

    int grain() {
      return Math.max(1, GRAIN / Math.max(1, plane));
    }
  }

  NdArray[] groupForward(NdArray x, int groups, NdArray w, NdArray b, double eps) {
    return forward(x, Sets.of(x, groups), w, b, eps);
  }

  NdArray[] batchForward(NdArray x, NdArray w, NdArray b, double eps) {
    return forward(x, Sets.of(x, 0), w, b, eps);
  }

  private NdArray[] forward(NdArray x, Sets sets, NdArray w, NdArray b, double eps) {
    NdArray y = NdArray.allocate(account, x.dtype(), x.shape());
    NdArray mean = NdArray.allocate(account, DType.FLOAT32, sets.shape());
    NdArray rstd = NdArray.allocate(account, DType.FLOAT32, sets.shape());
    int planes = sets.batch * sets.channels;
    double[] means = new double[planes];
    double[] squares = new double[planes];
    parallel.range(
        planes,
        sets.grain(),
        (from, to) -> {
          float[] tile = new float[Math.min(sets.plane, Tiles.LENGTH)];
          for (int p = from; p < to; p++) {
            moments(x, p * sets.plane, sets.plane, tile, p, means, squares);
          }
        });
    for (int set = 0; set < sets.count(); set++) {
      double mu = 0;
      for (int j = 0; j < sets.members(); j++) {
        mu += means[sets.member(set, j)];
      }
      mu /= sets.members();
      double square = 0;
      for (int j = 0; j < sets.members(); j++) {
        double shift = means[sets.member(set, j)] - mu;
        square += squares[sets.member(set, j)] + sets.plane * shift * shift;
      }
      mean.floats().put(set, (float) mu);
      double variance = square / ((double) sets.members() * sets.plane);
      rstd.floats().put(set, (float) (1 / Math.sqrt(variance + eps)));
    }
    parallel.range(
        x.size() == 0 ? 0 : planes,
        sets.grain(),
        (from, to) -> {
          float[] tile = new float[Math.min(sets.plane, Tiles.LENGTH)];
          for (int p = from; p < to; p++) {
            int channel = p % sets.channels;
            float mu = mean.floats().get(sets.setOf(p));
            float weight = w == null ? 1f : Tiles.floatAt(w, channel);
            float scale = rstd.floats().get(sets.setOf(p)) * weight;
            float bias = b == null ? 0f : Tiles.floatAt(b, channel);
            for (int at = 0; at < sets.plane; at += tile.length) {
              int n = Math.min(tile.length, sets.plane - at);
              Tiles.load(x, p * sets.plane + at, n, tile);
              for (int i = 0; i < n; i++) {
                tile[i] = (tile[i] - mu) * scale + bias;
              }
              Tiles.store(tile, n, y, p * sets.plane + at);
            }
          }
        });
    return new NdArray[] {y, mean, rstd};
  }

  /**
   * Mean and sum of squared deviations of a plane in one pass: tiles in float, joined in double
   * (Chan, Golub, LeVeque 1979).
   */
  private static void moments(
      NdArray x, int start, int length, float[] tile, int p, double[] means, double[] squares) {
    double mean = 0;
    double square = 0;
    for (int at = 0; at < length; at += tile.length) {
      int n = Math.min(tile.length, length - at);
      Tiles.load(x, start + at, n, tile);
      float tileMean = ROWS.sum(tile, 0, n) / n;
      for (int i = 0; i < n; i++) {
        float d = tile[i] - tileMean;
        tile[i] = d * d;
      }
      double delta = tileMean - mean;
      double total = at + n;
      mean += delta * n / total;
      square += ROWS.sum(tile, 0, n) + delta * delta * at * n / total;
    }
    means[p] = mean;
    squares[p] = square;
  }

  NdArray[] groupBackward(
      NdArray grad,
      NdArray x,
      int groups,
      NdArray mean,
      NdArray rstd,
      NdArray w,
      boolean needX,
      boolean needParameters) {
    return backward(grad, x, Sets.of(x, groups), mean, rstd, w, needX, needParameters);
  }

  NdArray[] batchBackward(
      NdArray grad,
      NdArray x,
      NdArray mean,
      NdArray rstd,
      NdArray w,
      boolean needX,
      boolean needParameters) {
    return backward(grad, x, Sets.of(x, 0), mean, rstd, w, needX, needParameters);
  }

  private NdArray[] backward(
      NdArray grad,
      NdArray x,
      Sets sets,
      NdArray mean,
      NdArray rstd,
      NdArray w,
      boolean needX,
      boolean needParameters) {
    int planes = sets.batch * sets.channels;
    double[] sumG = new double[planes];
    double[] sumGx = new double[planes];
    parallel.range(
        planes,
        sets.grain(),
        (from, to) -> {
          for (int p = from; p < to; p++) {
            planeSums(grad, x, sets, mean, rstd, p, sumG, sumGx);
          }
        });
    NdArray dx = needX ? inputGradient(grad, x, sets, mean, rstd, w, sumG, sumGx) : null;
    if (!needParameters) {
      return new NdArray[] {dx, null, null};
    }
    NdArray dw = NdArray.allocate(account, DType.FLOAT32, new long[] {sets.channels});
    NdArray db = NdArray.allocate(account, DType.FLOAT32, new long[] {sets.channels});
    for (int c = 0; c < sets.channels; c++) {
      double w1 = 0;
      double b1 = 0;
      for (int image = 0; image < sets.batch; image++) {
        w1 += sumGx[image * sets.channels + c];
        b1 += sumG[image * sets.channels + c];
      }
      dw.floats().put(c, (float) w1);
      db.floats().put(c, (float) b1);
    }
    return new NdArray[] {dx, dw, db};
  }

  /** Sums over a plane of grad and of grad * normalised x. */
  private static void planeSums(
      NdArray grad,
      NdArray x,
      Sets sets,
      NdArray mean,
      NdArray rstd,
      int p,
      double[] sumG,
      double[] sumGx) {
    int length = Math.min(sets.plane, Tiles.LENGTH);
    float[] g = new float[length];
    float[] v = new float[length];
    float mu = mean.floats().get(sets.setOf(p));
    float r = rstd.floats().get(sets.setOf(p));
    for (int at = 0; at < sets.plane; at += length) {
      int n = Math.min(length, sets.plane - at);
      Tiles.load(grad, p * sets.plane + at, n, g);
      Tiles.load(x, p * sets.plane + at, n, v);
      for (int i = 0; i < n; i++) {
        v[i] = (v[i] - mu) * r * g[i];
      }
      sumG[p] += ROWS.sum(g, 0, n);
      sumGx[p] += ROWS.sum(v, 0, n);
    }
  }

  /** dx = rstd (w g - mean(w g) - normalised x * mean(w g normalised x)), means over the set. */
  private NdArray inputGradient(
      NdArray grad,
      NdArray x,
      Sets sets,
      NdArray mean,
      NdArray rstd,
      NdArray w,
      double[] sumG,
      double[] sumGx) {
    NdArray dx = NdArray.allocate(account, x.dtype(), x.shape());
    double count = (double) sets.members() * sets.plane;
    float[] meanG = new float[sets.count()];
    float[] meanGx = new float[sets.count()];
    for (int set = 0; set < sets.count(); set++) {
      double a = 0;
      double b = 0;
      for (int j = 0; j < sets.members(); j++) {
        int p = sets.member(set, j);
        double weight = w == null ? 1 : Tiles.floatAt(w, p % sets.channels);
        a += weight * sumG[p];
        b += weight * sumGx[p];
      }
      meanG[set] = (float) (a / count);
      meanGx[set] = (float) (b / count);
    }
    parallel.range(
        x.size() == 0 ? 0 : sets.batch * sets.channels,
        sets.grain(),
        (from, to) -> {
          int length = Math.min(sets.plane, Tiles.LENGTH);
          float[] g = new float[length];
          float[] v = new float[length];
          for (int p = from; p < to; p++) {
            int set = sets.setOf(p);
            float weight = w == null ? 1f : Tiles.floatAt(w, p % sets.channels);
            float mu = mean.floats().get(set);
            float r = rstd.floats().get(set);
            float a = meanG[set];
            float b = meanGx[set];
            for (int at = 0; at < sets.plane; at += length) {
              int n = Math.min(length, sets.plane - at);
              Tiles.load(grad, p * sets.plane + at, n, g);
              Tiles.load(x, p * sets.plane + at, n, v);
              for (int i = 0; i < n; i++) {
                g[i] = r * (weight * g[i] - a - (v[i] - mu) * r * b);
              }
              Tiles.store(g, n, dx, p * sets.plane + at);
            }
          }
        });
    return dx;
  }
}

package org.maskwright.modelzoo.vit;

/**
 * How a row of values is resized; pixel centres lie at +0.5. Each gives the matrix of the linear
 * map, so that a table of positions is resized by two products, with their gradients.
 *
 * <p><b>Source</b> the definitions of PyTorch's interpolate
 */
enum Resampling {
  /** Cubic convolution with a = -0.75. */
  BICUBIC {
    @Override
    double[][] rows(int from, int to) {
      return cubic(from, to, (double) from / to);
    }
  },
  /** The same, the scale that of 0.1 values more: DINOv2's way past a rounding error. */
  BICUBIC_OFFSET {
    @Override
    double[][] rows(int from, int to) {
      return cubic(from, to, from / (to + 0.1));
    }
  },
  /** Cubic with a = -0.5 over a support that grows where values become fewer. */
  ANTIALIASED {
    @Override
    double[][] rows(int from, int to) {
      double scale = (double) from / to;
      double stretch = Math.max(scale, 1);
      double[][] out = new double[to][from];
      for (int i = 0; i < to; i++) {
        double centre = scale * (i + 0.5);
        int first = Math.max((int) (centre - 2 * stretch + 0.5), 0);
        int end = Math.min((int) (centre + 2 * stretch + 0.5), from);
        double sum = 0;
        for (int j = first; j < end; j++) {
          out[i][j] = kernel((j - centre + 0.5) / stretch, -0.5);
          sum += out[i][j];
        }
        for (int j = first; j < end; j++) {
          out[i][j] /= sum;
        }
      }
      return out;
    }
  },
  /** Between the two nearest values. */
  LINEAR {
    @Override
    double[][] rows(int from, int to) {
      double[][] out = new double[to][from];
      for (int i = 0; i < to; i++) {
        double at = Math.max((i + 0.5) * from / to - 0.5, 0);
        int low = Math.min((int) at, from - 1);
        out[i][low] += 1 - (at - low);
        out[i][Math.min(low + 1, from - 1)] += at - low;
      }
      return out;
    }
  };

  abstract double[][] rows(int from, int to);

  /** The matrix [to,from] that makes {@code to} values of {@code from}, row by row. */
  float[] matrix(int from, int to) {
    double[][] rows = rows(from, to);
    float[] out = new float[Math.multiplyExact(from, to)];
    for (int i = 0; i < to; i++) {
      for (int j = 0; j < from; j++) {
        out[i * from + j] = (float) rows[i][j];
      }
    }
    return out;
  }

  private static double[][] cubic(int from, int to, double scale) {
    double[][] out = new double[to][from];
    for (int i = 0; i < to; i++) {
      double at = (i + 0.5) * scale - 0.5;
      int low = (int) Math.floor(at);
      for (int k = -1; k <= 2; k++) {
        int j = Math.min(Math.max(low + k, 0), from - 1); // the border repeats
        out[i][j] += kernel(at - low - k, -0.75);
      }
    }
    return out;
  }

  /** Keys' cubic convolution kernel (1981). */
  private static double kernel(double distance, double a) {
    double x = Math.abs(distance);
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }
}

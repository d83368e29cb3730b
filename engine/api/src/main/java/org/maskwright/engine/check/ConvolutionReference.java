package org.maskwright.engine.check;

import org.maskwright.engine.tensor.RandomStream;

/**
 * Single elements of a convolution and its gradients in float64, together with the sum of the
 * magnitudes of their terms, which is what rounding is measured by.
 */
final class ConvolutionReference {
  private final ConvolutionCase c;
  private final int inputs; // of a group
  private final int outputs;
  private final int outHeight;
  private final int outWidth;
  final float[] x; // [B,C,H,W]
  final float[] w; // [O,C/groups,k,k]
  final float[] bias; // [O]
  final float[] grad; // [B,O,H',W'], the gradient of the result
  private double sum;
  private double magnitude;

  ConvolutionReference(ConvolutionCase c) {
    this.c = c;
    inputs = c.in() / c.groups();
    outputs = c.out() / c.groups();
    outHeight = c.outHeight();
    outWidth = c.outWidth();
    RandomStream random = RandomStream.of(1, "convolution " + c);
    x = values(random, c.batch() * c.in() * c.height() * c.width());
    w = values(random, c.out() * inputs * c.kernel() * c.kernel());
    bias = values(random, c.out());
    grad = values(random, c.batch() * c.out() * outHeight * outWidth);
  }

  /** In [-1,1). */
  private static float[] values(RandomStream random, int n) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = 2 * random.nextFloat() - 1;
    }
    return out;
  }

  /** Elements of a part of the result. */
  int size(ConvolutionResult.Part part) {
    return switch (part) {
      case FORWARD -> grad.length;
      case INPUT_GRADIENT -> x.length;
      case WEIGHT_GRADIENT -> w.length;
      case BIAS_GRADIENT -> bias.length;
    };
  }

  /** How far {@code got} is from element {@code i}, relative to the magnitudes of its terms. */
  double error(ConvolutionResult.Part part, int i, float got) {
    sum = 0;
    magnitude = 0;
    switch (part) {
      case FORWARD -> forward(i);
      case INPUT_GRADIENT -> inputGradient(i);
      case WEIGHT_GRADIENT -> weightGradient(i);
      case BIAS_GRADIENT -> biasGradient(i);
    }
    double error = Math.abs(got - sum);
    if (magnitude == 0) {
      return error == 0 ? 0 : Double.POSITIVE_INFINITY; // also where got is NaN
    }
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / magnitude;
  }

  private void term(double product) {
    sum += product;
    magnitude += Math.abs(product);
  }

  private int xAt(int b, int channel, int y, int column) {
    return ((b * c.in() + channel) * c.height() + y) * c.width() + column;
  }

  private int wAt(int o, int input, int ky, int kx) {
    return ((o * inputs + input) * c.kernel() + ky) * c.kernel() + kx;
  }

  private int gradAt(int b, int o, int y, int column) {
    return ((b * c.out() + o) * outHeight + y) * outWidth + column;
  }

  private void forward(int i) {
    int column = i % outWidth;
    int y = i / outWidth % outHeight;
    int o = i / (outWidth * outHeight) % c.out();
    int b = i / (outWidth * outHeight * c.out());
    term(bias[o]);
    for (int ky = 0; ky < c.kernel(); ky++) {
      int iy = y * c.stride() - c.padding() + ky;
      for (int kx = 0; kx < c.kernel(); kx++) {
        int ix = column * c.stride() - c.padding() + kx;
        if (iy >= 0 && iy < c.height() && ix >= 0 && ix < c.width()) {
          for (int k = 0; k < inputs; k++) {
            term((double) x[xAt(b, o / outputs * inputs + k, iy, ix)] * w[wAt(o, k, ky, kx)]);
          }
        }
      }
    }
  }

  private void inputGradient(int i) {
    int ix = i % c.width();
    int iy = i / c.width() % c.height();
    int channel = i / (c.width() * c.height()) % c.in();
    int b = i / (c.width() * c.height() * c.in());
    for (int ky = 0; ky < c.kernel(); ky++) {
      int y = window(iy, ky, outHeight);
      for (int kx = 0; kx < c.kernel(); kx++) {
        int column = window(ix, kx, outWidth);
        if (y >= 0 && column >= 0) {
          for (int k = 0; k < outputs; k++) {
            int o = channel / inputs * outputs + k;
            term((double) grad[gradAt(b, o, y, column)] * w[wAt(o, channel % inputs, ky, kx)]);
          }
        }
      }
    }
  }

  /** The window whose kernel element {@code k} lies on {@code at}, or -1. */
  private int window(int at, int k, int windows) {
    int start = at + c.padding() - k;
    return start >= 0 && start % c.stride() == 0 && start / c.stride() < windows
        ? start / c.stride()
        : -1;
  }

  private void weightGradient(int i) {
    int kx = i % c.kernel();
    int ky = i / c.kernel() % c.kernel();
    int input = i / (c.kernel() * c.kernel()) % inputs;
    int o = i / (c.kernel() * c.kernel() * inputs);
    int channel = o / outputs * inputs + input;
    for (int b = 0; b < c.batch(); b++) {
      for (int y = 0; y < outHeight; y++) {
        int iy = y * c.stride() - c.padding() + ky;
        for (int column = 0; column < outWidth && iy >= 0 && iy < c.height(); column++) {
          int ix = column * c.stride() - c.padding() + kx;
          if (ix >= 0 && ix < c.width()) {
            term((double) grad[gradAt(b, o, y, column)] * x[xAt(b, channel, iy, ix)]);
          }
        }
      }
    }
  }

  private void biasGradient(int o) {
    for (int b = 0; b < c.batch(); b++) {
      for (int y = 0; y < outHeight; y++) {
        for (int column = 0; column < outWidth; column++) {
          term(grad[gradAt(b, o, y, column)]);
        }
      }
    }
  }
}

package org.maskwright.engine.nd4j;

import org.maskwright.engine.spi.UnaryOp;

/** One loop over a tile for each {@link UnaryOp}, forward and backward. */
final class UnaryKernels {
  private UnaryKernels() {}

  /** y = op(x); predicates give 0 or 1. x, y and scratch are different arrays. */
  static void apply(UnaryOp op, float[] x, float[] y, int n, float[] scratch) {
    switch (op) {
      case EXP -> FloatMath.exp(x, y, n, scratch);
      case LOG -> FloatMath.log(x, y, n, scratch);
      case TANH -> FloatMath.tanh(x, y, n, scratch);
      case SIGMOID -> FloatMath.sigmoid(x, y, n, scratch);
      case SOFTPLUS -> FloatMath.softplus(x, y, n, scratch);
      case ERF -> FloatMath.erf(x, y, n);
      case GELU -> FloatMath.gelu(x, y, n);
      case SIN, COS, FLOOR, ROUND, SIGN, NOT, IS_FINITE -> scalar(op, x, y, n);
      case NEG, ABS, SQRT, RSQRT, SQUARE, RECIPROCAL, RELU -> arithmetic(op, x, y, n);
    }
  }

  private static void arithmetic(UnaryOp op, float[] x, float[] y, int n) {
    switch (op) {
      case NEG -> {
        for (int i = 0; i < n; i++) {
          y[i] = -x[i];
        }
      }
      case ABS -> {
        for (int i = 0; i < n; i++) {
          y[i] = Math.abs(x[i]);
        }
      }
      case SQRT -> {
        for (int i = 0; i < n; i++) {
          y[i] = (float) Math.sqrt(x[i]);
        }
      }
      case RSQRT -> {
        for (int i = 0; i < n; i++) {
          y[i] = 1f / (float) Math.sqrt(x[i]);
        }
      }
      case SQUARE -> {
        for (int i = 0; i < n; i++) {
          y[i] = x[i] * x[i];
        }
      }
      case RECIPROCAL -> {
        for (int i = 0; i < n; i++) {
          y[i] = 1f / x[i];
        }
      }
      case RELU -> {
        for (int i = 0; i < n; i++) {
          y[i] = Math.max(x[i], 0f);
        }
      }
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    }
  }

  private static void scalar(UnaryOp op, float[] x, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[i];
      y[i] =
          switch (op) {
            case SIN -> (float) Math.sin(v);
            case COS -> (float) Math.cos(v);
            case FLOOR -> (float) Math.floor(v);
            case ROUND -> (float) Math.rint(v);
            case SIGN -> v > 0 ? 1 : v < 0 ? -1 : 0; // also of NaN, as in PyTorch
            case NOT -> v == 0 ? 1 : 0;
            case IS_FINITE -> Math.abs(v) <= Float.MAX_VALUE ? 1 : 0;
            default -> throw new IllegalArgumentException("not scalar: " + op);
          };
    }
  }

  /** r = g * op'; v is the result for RELU, SIGMOID and TANH, else the argument. */
  static void backward(UnaryOp op, float[] g, float[] v, int n, float[] r, float[] scratch) {
    switch (op) {
      case RELU -> {
        for (int i = 0; i < n; i++) {
          r[i] = v[i] <= 0 ? 0f : g[i]; // through NaN, as in PyTorch
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < n; i++) {
          r[i] = g[i] * v[i] * (1f - v[i]);
        }
      }
      case TANH -> {
        for (int i = 0; i < n; i++) {
          r[i] = g[i] * (1f - v[i] * v[i]);
        }
      }
      case SOFTPLUS -> {
        FloatMath.sigmoid(v, r, n, scratch);
        for (int i = 0; i < n; i++) {
          r[i] *= g[i];
        }
      }
      case GELU -> FloatMath.geluBackward(g, v, n, r, scratch);
      default -> throw new IllegalArgumentException("unaryBackward: no gradient kernel for " + op);
    }
  }
}

package org.maskwright.engine.nd4j;

import org.maskwright.engine.spi.BinaryOp;

/** One loop over two tiles for each {@link BinaryOp}; the result replaces the first tile. */
final class BinaryKernels {
  private BinaryKernels() {}

  /** x = x op y on floats; predicates give 0 or 1. */
  static void apply(BinaryOp op, float[] x, float[] y, int n) {
    switch (op) {
      case ADD -> {
        for (int i = 0; i < n; i++) {
          x[i] += y[i];
        }
      }
      case SUB -> {
        for (int i = 0; i < n; i++) {
          x[i] -= y[i];
        }
      }
      case MUL -> {
        for (int i = 0; i < n; i++) {
          x[i] *= y[i];
        }
      }
      case DIV -> {
        for (int i = 0; i < n; i++) {
          x[i] /= y[i];
        }
      }
      case POW -> {
        for (int i = 0; i < n; i++) {
          x[i] = pow(x[i], y[i]);
        }
      }
      case MAX -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.max(x[i], y[i]);
        }
      }
      case MIN -> {
        for (int i = 0; i < n; i++) {
          x[i] = Math.min(x[i], y[i]);
        }
      }
      case EQ, NE, LT, LE, GT, GE, AND, OR -> compare(op, x, y, n);
    }
  }

  /** C99 pow, where 1^NaN and (-1)^inf are 1; the JDK's are NaN. */
  private static float pow(float x, double y) {
    if (x == 1f || (x == -1f && Double.isInfinite(y))) {
      return 1f;
    }
    return (float) Math.pow(x, y);
  }

  private static void compare(BinaryOp op, float[] x, float[] y, int n) {
    switch (op) {
      case EQ -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] == y[i] ? 1 : 0;
        }
      }
      case NE -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] != y[i] ? 1 : 0;
        }
      }
      case LT -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] < y[i] ? 1 : 0;
        }
      }
      case LE -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] <= y[i] ? 1 : 0;
        }
      }
      case GT -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] > y[i] ? 1 : 0;
        }
      }
      case GE -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] >= y[i] ? 1 : 0;
        }
      }
      case AND -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] != 0 && y[i] != 0 ? 1 : 0;
        }
      }
      case OR -> {
        for (int i = 0; i < n; i++) {
          x[i] = x[i] != 0 || y[i] != 0 ? 1 : 0;
        }
      }
      default -> throw new IllegalArgumentException("not a predicate: " + op);
    }
  }

  /** x = x op scalar; {@code y} is filled with the scalar. */
  static void applyScalar(BinaryOp op, float[] x, float[] y, double scalar, int n) {
    if (op == BinaryOp.POW && scalar == 2) {
      for (int i = 0; i < n; i++) {
        x[i] *= x[i];
      }
    } else if (op == BinaryOp.POW && scalar == 0.5) {
      for (int i = 0; i < n; i++) {
        x[i] = (float) Math.sqrt(x[i]);
      }
    } else if (op == BinaryOp.POW) {
      for (int i = 0; i < n; i++) {
        x[i] = pow(x[i], scalar);
      }
    } else {
      apply(op, x, y, n);
    }
  }

  /** x = x op y on integers. */
  static void apply(BinaryOp op, long[] x, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      long a = x[i];
      long b = y[i];
      x[i] =
          switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV, POW -> throw new IllegalArgumentException(op + ": expected floating numbers");
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
          };
    }
  }
}

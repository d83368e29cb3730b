package org.maskwright.engine.nd4j;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.spi.UnaryOp;

/** Functions of single elements, with broadcasting; tile by tile in parallel. */
final class Elementwise {
  /** Tiles per task: about 20 microseconds of the cheapest function. */
  private static final int GRAIN = 8;

  private final Parallel parallel;
  private final MemoryAccount account;

  Elementwise(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /** Work on the elements {@code from} to {@code from + n}. */
  private interface TileBody {
    void run(int from, int n);
  }

  /** Makes the work of one task, which owns its tiles. */
  private interface TaskFactory {
    TileBody create(int tileLength);
  }

  private void tiles(int size, TaskFactory factory) {
    if (size == 0) {
      return;
    }
    int length = Math.min(Tiles.LENGTH, size);
    parallel.range(
        (size - 1) / length + 1,
        GRAIN,
        (first, last) -> {
          TileBody body = factory.create(length);
          for (int tile = first; tile < last; tile++) {
            int from = tile * length;
            body.run(from, Math.min(length, size - from));
          }
        });
  }

  NdArray unary(UnaryOp op, NdArray a) {
    boolean bool = op == UnaryOp.IS_FINITE || op == UnaryOp.NOT;
    NdArray out = NdArray.allocate(account, bool ? DType.BOOL : a.dtype(), a.shape());
    if (!a.dtype().isFloating() && isInteger(op)) {
      tiles(
          a.size(),
          length -> {
            long[] x = new long[length];
            return (from, n) -> {
              Tiles.load(a, from, n, x);
              integer(op, x, n);
              Tiles.store(x, n, out, from);
            };
          });
      return out;
    }
    tiles(
        a.size(),
        length -> {
          float[] x = new float[length];
          float[] y = new float[length];
          float[] scratch = new float[length];
          return (from, n) -> {
            Tiles.load(a, from, n, x);
            UnaryKernels.apply(op, x, y, n, scratch);
            Tiles.store(y, n, out, from);
          };
        });
    return out;
  }

  private static boolean isInteger(UnaryOp op) {
    return switch (op) {
      case NEG, ABS, SQUARE, FLOOR, ROUND, SIGN, NOT, RELU, IS_FINITE -> true;
      case EXP, LOG, SQRT, RSQRT, RECIPROCAL, SIN, COS, TANH, SIGMOID, GELU, SOFTPLUS, ERF -> false;
    };
  }

  private static void integer(UnaryOp op, long[] x, int n) {
    for (int i = 0; i < n; i++) {
      long v = x[i];
      x[i] =
          switch (op) {
            case NEG -> -v;
            case ABS -> Math.abs(v);
            case SQUARE -> v * v;
            case SIGN -> Long.signum(v);
            case RELU -> Math.max(0, v);
            case NOT -> v == 0 ? 1 : 0;
            case IS_FINITE -> 1;
            default -> v;
          };
    }
  }

  NdArray unaryBackward(UnaryOp op, NdArray grad, NdArray x, NdArray y) {
    NdArray out = NdArray.allocate(account, grad.dtype(), grad.shape());
    NdArray known = y == null ? x : y;
    tiles(
        grad.size(),
        length -> {
          float[] g = new float[length];
          float[] v = new float[length];
          float[] r = new float[length];
          float[] scratch = new float[length];
          return (from, n) -> {
            Tiles.load(grad, from, n, g);
            Tiles.load(known, from, n, v);
            UnaryKernels.backward(op, g, v, n, r, scratch);
            Tiles.store(r, n, out, from);
          };
        });
    return out;
  }

  NdArray binary(BinaryOp op, NdArray a, NdArray b) {
    long[] shape = Shapes.broadcast("nd4j", a.shape(), b.shape());
    NdArray out = NdArray.allocate(account, op.isPredicate() ? DType.BOOL : a.dtype(), shape);
    Walk walkA = walk(a, shape);
    Walk walkB = walk(b, shape);
    if (a.dtype().isFloating()) {
      tiles(
          out.size(),
          length -> {
            float[] x = new float[length];
            float[] y = new float[length];
            return (from, n) -> {
              Tiles.load(a, walkA, from, n, x);
              Tiles.load(b, walkB, from, n, y);
              BinaryKernels.apply(op, x, y, n);
              Tiles.store(x, n, out, from);
            };
          });
    } else {
      tiles(
          out.size(),
          length -> {
            long[] x = new long[length];
            long[] y = new long[length];
            return (from, n) -> {
              Tiles.load(a, walkA, from, n, x);
              Tiles.load(b, walkB, from, n, y);
              BinaryKernels.apply(op, x, y, n);
              Tiles.store(x, n, out, from);
            };
          });
    }
    return out;
  }

  private static Walk walk(NdArray a, long[] shape) {
    return Walk.of(shape, Extents.broadcastStrides(a.shape(), shape));
  }

  NdArray binaryScalar(BinaryOp op, NdArray a, double scalar) {
    NdArray out = NdArray.allocate(account, op.isPredicate() ? DType.BOOL : a.dtype(), a.shape());
    if (a.dtype().isFloating()) {
      tiles(
          a.size(),
          length -> {
            float[] x = new float[length];
            float[] y = new float[length];
            Arrays.fill(y, (float) scalar);
            return (from, n) -> {
              Tiles.load(a, from, n, x);
              BinaryKernels.applyScalar(op, x, y, scalar, n);
              Tiles.store(x, n, out, from);
            };
          });
      return out;
    }
    tiles(
        a.size(),
        length -> {
          long[] x = new long[length];
          long[] y = new long[length];
          Arrays.fill(y, (long) scalar);
          return (from, n) -> {
            Tiles.load(a, from, n, x);
            BinaryKernels.apply(op, x, y, n);
            Tiles.store(x, n, out, from);
          };
        });
    return out;
  }

  NdArray clamp(NdArray a, double low, double high) {
    NdArray out = NdArray.allocate(account, a.dtype(), a.shape());
    if (!a.dtype().isFloating()) {
      long lowest = (long) low;
      long highest = (long) high;
      tiles(
          a.size(),
          length -> {
            long[] x = new long[length];
            return (from, n) -> {
              Tiles.load(a, from, n, x);
              for (int i = 0; i < n; i++) {
                x[i] = Math.min(highest, Math.max(lowest, x[i]));
              }
              Tiles.store(x, n, out, from);
            };
          });
      return out;
    }
    float lowest = (float) low;
    float highest = (float) high;
    tiles(
        a.size(),
        length -> {
          float[] x = new float[length];
          return (from, n) -> {
            Tiles.load(a, from, n, x);
            for (int i = 0; i < n; i++) {
              x[i] = Math.min(highest, Math.max(lowest, x[i]));
            }
            Tiles.store(x, n, out, from);
          };
        });
    return out;
  }

  NdArray where(NdArray condition, NdArray a, NdArray b) {
    long[] shape =
        Shapes.broadcast("nd4j", condition.shape(), Shapes.broadcast("nd4j", a.shape(), b.shape()));
    NdArray out = NdArray.allocate(account, a.dtype(), shape);
    Walk walkC = walk(condition, shape);
    Walk walkA = walk(a, shape);
    Walk walkB = walk(b, shape);
    if (a.dtype().isFloating()) {
      tiles(
          out.size(),
          length -> {
            float[] c = new float[length];
            float[] x = new float[length];
            float[] y = new float[length];
            return (from, n) -> {
              Tiles.load(condition, walkC, from, n, c);
              Tiles.load(a, walkA, from, n, x);
              Tiles.load(b, walkB, from, n, y);
              for (int i = 0; i < n; i++) {
                x[i] = c[i] != 0 ? x[i] : y[i];
              }
              Tiles.store(x, n, out, from);
            };
          });
    } else {
      tiles(
          out.size(),
          length -> {
            long[] c = new long[length];
            long[] x = new long[length];
            long[] y = new long[length];
            return (from, n) -> {
              Tiles.load(condition, walkC, from, n, c);
              Tiles.load(a, walkA, from, n, x);
              Tiles.load(b, walkB, from, n, y);
              for (int i = 0; i < n; i++) {
                x[i] = c[i] != 0 ? x[i] : y[i];
              }
              Tiles.store(x, n, out, from);
            };
          });
    }
    return out;
  }

  NdArray cast(NdArray a, DType dtype) {
    NdArray out = NdArray.allocate(account, dtype, a.shape());
    if (a.dtype().isFloating() || dtype == DType.FLOAT32) {
      tiles(
          a.size(),
          length -> {
            float[] x = new float[length];
            return (from, n) -> {
              Tiles.load(a, from, n, x);
              Tiles.store(x, n, out, from);
            };
          });
    } else {
      tiles(
          a.size(),
          length -> {
            long[] x = new long[length];
            return (from, n) -> {
              Tiles.load(a, from, n, x);
              Tiles.store(x, n, out, from);
            };
          });
    }
    return out;
  }

  void fill(NdArray a, double value) {
    tiles(
        a.size(),
        length -> {
          if (a.dtype().isFloating()) {
            float[] x = new float[length];
            Arrays.fill(x, (float) value);
            return (from, n) -> Tiles.store(x, n, a, from);
          }
          long[] x = new long[length];
          Arrays.fill(x, a.dtype() == DType.BOOL ? (value != 0 ? 1 : 0) : (long) value);
          return (from, n) -> Tiles.store(x, n, a, from);
        });
  }

  /** target = target + source. */
  void addInto(NdArray target, NdArray source) {
    if (target.dtype().isFloating()) {
      axpbyInto(target, 1f, source, 1f);
      return;
    }
    tiles(
        target.size(),
        length -> {
          long[] x = new long[length];
          long[] y = new long[length];
          return (from, n) -> {
            Tiles.load(target, from, n, x);
            Tiles.load(source, from, n, y);
            BinaryKernels.apply(BinaryOp.ADD, x, y, n);
            Tiles.store(x, n, target, from);
          };
        });
  }

  /** target = target * factor + source * sourceFactor. */
  void axpbyInto(NdArray target, float factor, NdArray source, float sourceFactor) {
    tiles(
        target.size(),
        length -> {
          float[] x = new float[length];
          float[] y = new float[length];
          return (from, n) -> {
            Tiles.load(target, from, n, x);
            Tiles.load(source, from, n, y);
            for (int i = 0; i < n; i++) {
              x[i] = x[i] * factor + y[i] * sourceFactor;
            }
            Tiles.store(x, n, target, from);
          };
        });
  }
}

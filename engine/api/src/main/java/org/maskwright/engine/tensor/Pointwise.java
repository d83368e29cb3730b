package org.maskwright.engine.tensor;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.spi.UnaryOp;

/** Element-wise operations and their gradients. */
final class Pointwise {
  private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

  private Pointwise() {}

  private static String name(Enum<?> op) {
    return op.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The engine of all arguments; a mix is an error. */
  static Engine sameEngine(String op, Tensor... tensors) {
    Engine engine = tensors[0].engine();
    for (Tensor t : tensors) {
      if (t != null) {
        t.requireOpen();
        if (t.engine() != engine) {
          throw new IllegalArgumentException(
              op
                  + ": expected tensors of one engine, got one of "
                  + engine.description()
                  + " and one of "
                  + t.engine().description()
                  + "; move it with engine.tensor(other.toHost())");
        }
      }
    }
    return engine;
  }

  static Tensor unary(UnaryOp op, Tensor x) {
    x.requireOpen();
    boolean logical = op == UnaryOp.NOT;
    boolean exact =
        op == UnaryOp.NEG || op == UnaryOp.ABS || op == UnaryOp.SIGN || op == UnaryOp.SQUARE;
    boolean fits =
        logical
            ? x.dtype() == DType.BOOL
            : x.dtype().isFloating() || (exact && x.dtype() != DType.BOOL);
    if (!fits) {
      throw new IllegalArgumentException(
          name(op)
              + ": expected "
              + (logical ? "bool" : "float32 or bfloat16")
              + ", got "
              + x
              + "; cast first");
    }
    Engine engine = x.engine();
    DType dtype = op == UnaryOp.IS_FINITE ? DType.BOOL : x.dtype();
    Tensor y = engine.result(engine.backend().unary(op, x.array()), dtype, x.shapeArray());
    return switch (op) {
      case NOT, IS_FINITE, FLOOR, ROUND, SIGN -> y;
      default -> y.record(name(op), new Tensor[] {x}, node -> unaryVjp(op, node, x, y));
    };
  }

  /** The rectifier's gradient needs its result alone, so that its argument can make room. */
  static Tensor reluOver(Tensor x) {
    x.requireOpen();
    boolean collects = x.requiresGrad() && x.node().isLeaf();
    boolean alone = x.array().ownBytes() > 0 && !x.array().isShared();
    if (!x.dtype().isFloating() || collects || x.isFollowed() || !alone) {
      return unary(UnaryOp.RELU, x);
    }
    Engine engine = x.engine();
    Tensor y =
        engine.result(
            engine.backend().unaryOver(UnaryOp.RELU, x.array()), x.dtype(), x.shapeArray());
    y.record(name(UnaryOp.RELU), new Tensor[] {x}, node -> unaryVjp(UnaryOp.RELU, node, x, y));
    x.close();
    return y;
  }

  private static GradNode.Vjp unaryVjp(UnaryOp op, GradNode node, Tensor x, Tensor y) {
    return switch (op) {
      case NEG -> g -> one(g.neg());
      case RELU, SIGMOID, TANH -> {
        Tensor sy = node.save(y);
        yield g -> one(activation(node, op, g, null, sy));
      }
      case GELU, SOFTPLUS -> {
        Tensor sx = node.save(x);
        yield g -> one(activation(node, op, g, sx, null));
      }
      case EXP -> {
        Tensor sy = node.save(y);
        yield g -> one(g.mul(sy));
      }
      case SQRT -> {
        Tensor sy = node.save(y);
        yield g -> one(g.mul(0.5).div(sy));
      }
      case RSQRT -> {
        Tensor sy = node.save(y);
        yield g -> one(g.mul(-0.5).mul(sy).mul(sy).mul(sy));
      }
      case RECIPROCAL -> {
        Tensor sy = node.save(y);
        yield g -> one(g.neg().mul(sy).mul(sy));
      }
      case LOG -> {
        Tensor sx = node.save(x);
        yield g -> one(g.div(sx));
      }
      default -> {
        Tensor sx = node.save(x);
        yield g -> one(g.mul(derivative(op, sx)));
      }
    };
  }

  private static Tensor derivative(UnaryOp op, Tensor x) {
    return switch (op) {
      case ABS -> x.sign();
      case SQUARE -> x.mul(2);
      case SIN -> x.cos();
      case COS -> x.sin().neg();
      case ERF -> x.square().neg().exp().mul(TWO_OVER_ROOT_PI);
      default -> throw new IllegalStateException("no derivative of " + op);
    };
  }

  private static Tensor activation(GradNode node, UnaryOp op, Tensor g, Tensor x, Tensor y) {
    Backend backend = g.engine().backend();
    Tensor like = x == null ? y : x;
    DeviceArray ofX = x == null ? null : x.array();
    DeviceArray ofY = y == null ? null : y.array();
    DeviceArray out;
    if (g.dtype() == like.dtype() && node.mayOverwrite(g)) {
      out = backend.unaryBackwardOver(op, g.array(), ofX, ofY);
    } else {
      out = backend.unaryBackward(op, g.cast(like.dtype()).array(), ofX, ofY);
    }
    return g.engine().result(out, like.dtype(), like.shapeArray());
  }

  static Tensor[] one(Tensor t) {
    return new Tensor[] {t};
  }

  /** float32 where floating types differ. */
  private static DType common(String op, Tensor a, Tensor b) {
    if (a.dtype() == b.dtype()) {
      return a.dtype();
    }
    if (a.dtype().isFloating() && b.dtype().isFloating()) {
      return DType.FLOAT32;
    }
    throw new IllegalArgumentException(
        op + ": expected one dtype, got " + a + " and " + b + "; cast one of them");
  }

  static Tensor binary(BinaryOp op, Tensor first, Tensor second) {
    String name = name(op);
    Engine engine = sameEngine(name, first, second);
    DType common = common(name, first, second);
    checkDType(op, common, first, second);
    Tensor a = cast(first, common);
    Tensor b = cast(second, common);
    long[] shape = Shapes.broadcast(name, a.shapeArray(), b.shapeArray());
    DType dtype = op.isPredicate() ? DType.BOOL : common;
    Tensor y = engine.result(engine.backend().binary(op, a.array(), b.array()), dtype, shape);
    if (op.isPredicate()) {
      return y;
    }
    return y.record(name, new Tensor[] {a, b}, node -> binaryVjp(op, node, a, b));
  }

  private static void checkDType(BinaryOp op, DType dtype, Tensor a, Tensor b) {
    boolean logical = op == BinaryOp.AND || op == BinaryOp.OR;
    boolean equality = op == BinaryOp.EQ || op == BinaryOp.NE;
    boolean floating = op == BinaryOp.DIV || op == BinaryOp.POW;
    if (logical != (dtype == DType.BOOL) && !(equality && dtype == DType.BOOL)
        || floating && !dtype.isFloating()) {
      throw new IllegalArgumentException(
          name(op)
              + ": expected "
              + (logical ? "bool" : floating ? "floating" : "number")
              + " tensors, got "
              + a
              + " and "
              + b
              + "; cast first");
    }
  }

  private static GradNode.Vjp binaryVjp(BinaryOp op, GradNode node, Tensor a, Tensor b) {
    long[] sa = a.shapeArray();
    long[] sb = b.shapeArray();
    boolean na = node.needs(0);
    boolean nb = node.needs(1);
    return switch (op) {
      case ADD -> g -> new Tensor[] {na ? sumTo(g, sa) : null, nb ? sumTo(g, sb) : null};
      case SUB -> g -> new Tensor[] {na ? sumTo(g, sa) : null, nb ? sumTo(g.neg(), sb) : null};
      case MUL -> {
        Tensor va = nb ? node.save(a) : null;
        Tensor vb = na ? node.save(b) : null;
        yield g ->
            new Tensor[] {na ? sumTo(g.mul(vb), sa) : null, nb ? sumTo(g.mul(va), sb) : null};
      }
      case DIV -> {
        Tensor va = nb ? node.save(a) : null;
        Tensor vb = node.save(b);
        yield g ->
            new Tensor[] {
              na ? sumTo(g.div(vb), sa) : null,
              nb ? sumTo(g.mul(va.div(vb).div(vb)).neg(), sb) : null
            };
      }
      case MAX, MIN -> {
        Tensor va = node.save(a);
        Tensor vb = node.save(b);
        yield g -> {
          Tensor shared = where(va.eq(vb), g.mul(0.5), g);
          Tensor zero = g.engine().full(g.dtype(), 0);
          Tensor smaller = va.lt(vb);
          Tensor larger = va.gt(vb);
          boolean max = op == BinaryOp.MAX;
          return new Tensor[] {
            na ? sumTo(where(max ? smaller : larger, zero, shared), sa) : null,
            nb ? sumTo(where(max ? larger : smaller, zero, shared), sb) : null
          };
        };
      }
      default -> throw new IllegalStateException("no gradient of " + op);
    };
  }

  /** Sums a gradient over the axes along which its input was broadcast. */
  static Tensor sumTo(Tensor grad, long[] shape) {
    int extra = grad.rank() - shape.length;
    int[] dims = new int[grad.rank()];
    int count = 0;
    for (int i = 0; i < grad.rank(); i++) {
      if (i < extra || shape[i - extra] != grad.size(i)) {
        dims[count++] = i;
      }
    }
    if (count == 0) {
      return grad;
    }
    return grad.sum(java.util.Arrays.copyOf(dims, count)).reshape(shape);
  }

  static Tensor scalar(BinaryOp op, Tensor a, double value) {
    a.requireOpen();
    boolean floating = op == BinaryOp.DIV || op == BinaryOp.POW;
    if (a.dtype() == DType.BOOL || floating && !a.dtype().isFloating()) {
      throw new IllegalArgumentException(
          name(op)
              + ": expected a "
              + (floating ? "floating" : "number")
              + " tensor, got "
              + a
              + "; cast first");
    }
    requireWhole(name(op), a, value);
    Engine engine = a.engine();
    if (op.isPredicate() && !a.dtype().holds(value)) {
      return engine.full(DType.BOOL, compareBeyond(op, value) ? 1 : 0, a.shapeArray());
    }
    if (!a.dtype().isFloating() && !DType.INT64.holds(value)) {
      throw new IllegalArgumentException(
          name(op) + ": expected an int64 number beside " + a + ", got " + value);
    }
    DType dtype = op.isPredicate() ? DType.BOOL : a.dtype();
    Tensor y =
        engine.result(engine.backend().binaryScalar(op, a.array(), value), dtype, a.shapeArray());
    if (op.isPredicate()) {
      return y;
    }
    return y.record(name(op), new Tensor[] {a}, node -> scalarVjp(op, node, a, value));
  }

  /** {@code a op value} for all integers a of a type that ends below or above the value. */
  private static boolean compareBeyond(BinaryOp op, double value) {
    return switch (op) {
      case LT, LE -> value > 0;
      case GT, GE -> value < 0;
      case EQ -> false;
      case NE -> true;
      default -> throw new IllegalStateException("not a comparison: " + op);
    };
  }

  private static void requireWhole(String op, Tensor a, double value) {
    if (!a.dtype().isFloating() && value != Math.rint(value)) {
      throw new IllegalArgumentException(
          op
              + ": expected a whole number beside "
              + a
              + ", got "
              + value
              + "; cast to float32 first");
    }
  }

  private static GradNode.Vjp scalarVjp(BinaryOp op, GradNode node, Tensor a, double value) {
    return switch (op) {
      case ADD, SUB -> g -> one(g);
      case MUL -> g -> one(g.mul(value));
      case DIV -> g -> one(g.div(value));
      case POW -> {
        Tensor va = node.save(a);
        yield g ->
            one(
                value == 0
                    ? g.engine().full(g.dtype(), 0, g.shapeArray())
                    : g.mul(va.pow(value - 1).mul(value)));
      }
      default -> throw new IllegalStateException("no gradient of " + op + " with a number");
    };
  }

  static Tensor clamp(Tensor x, double low, double high) {
    x.requireOpen();
    if (!(low <= high)) {
      throw new IllegalArgumentException(
          "clamp: expected low <= high, got " + low + " and " + high);
    }
    if (x.dtype() == DType.BOOL) {
      throw new IllegalArgumentException(
          "clamp: expected a number tensor, got " + x + "; cast first");
    }
    requireWhole("clamp", x, low);
    requireWhole("clamp", x, high);
    Engine engine = x.engine();
    double from = x.dtype().nearest(low);
    double to = x.dtype().nearest(high);
    Tensor y =
        engine.result(engine.backend().clamp(x.array(), from, to), x.dtype(), x.shapeArray());
    return y.record(
        "clamp",
        new Tensor[] {x},
        node -> {
          Tensor sx = node.save(x);
          return g -> one(where(sx.ge(low).and(sx.le(high)), g, g.engine().full(g.dtype(), 0)));
        });
  }

  static Tensor where(Tensor condition, Tensor first, Tensor second) {
    Engine engine = sameEngine("where", condition, first, second);
    if (condition.dtype() != DType.BOOL) {
      throw new IllegalArgumentException("where: expected a bool condition, got " + condition);
    }
    DType common = common("where", first, second);
    Tensor a = cast(first, common);
    Tensor b = cast(second, common);
    long[] shape =
        Shapes.broadcast(
            "where",
            condition.shapeArray(),
            Shapes.broadcast("where", a.shapeArray(), b.shapeArray()));
    Backend backend = engine.backend();
    Tensor y = engine.result(backend.where(condition.array(), a.array(), b.array()), common, shape);
    return y.record(
        "where",
        new Tensor[] {a, b},
        node -> {
          Tensor c = node.save(condition);
          return g -> {
            Tensor zero = engine.full(g.dtype(), 0);
            return new Tensor[] {
              node.needs(0) ? sumTo(where(c, g, zero), a.shapeArray()) : null,
              node.needs(1) ? sumTo(where(c, zero, g), b.shapeArray()) : null
            };
          };
        });
  }

  static Tensor cast(Tensor x, DType to) {
    x.requireOpen();
    if (x.dtype() == to) {
      return x;
    }
    Engine engine = x.engine();
    Tensor y = engine.result(engine.backend().cast(x.array(), to), to, x.shapeArray());
    if (!to.isFloating() || !x.dtype().isFloating()) {
      return y;
    }
    return y.record("cast", new Tensor[] {x}, node -> g -> one(g.cast(x.dtype())));
  }
}

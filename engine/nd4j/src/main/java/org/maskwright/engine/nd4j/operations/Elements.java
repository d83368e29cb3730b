package org.maskwright.engine.nd4j.operations;

import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Functions of single elements, with broadcasting. */
final class Elements {
  /** log(1 + x) by its series below: ND4J rounds 1 + x first. */
  private static final double SMALL = 1e-3;

  private final Operations operations;

  Elements(Operations operations) {
    this.operations = operations;
  }

  OpArray full(long[] shape, DType dtype, double value) {
    if (Shapes.product(shape) == 0) {
      return operations.empty(dtype, shape);
    }
    double kept = dtype == DType.BOOL ? (value != 0 ? 1 : 0) : value;
    try (Work work = operations.work()) {
      if (shape.length == 0) {
        return work.result(work.scalar(dtype.host(), kept), dtype, shape);
      }
      INDArray out = work.own(Nd4j.create(dtype.host(), shape.clone(), 'c'));
      if (kept != 0) {
        NativeMemory.fill(out, kept);
      }
      return work.result(out, dtype, shape);
    }
  }

  OpArray unary(UnaryOp op, OpArray a) {
    boolean bool = op == UnaryOp.IS_FINITE || op == UnaryOp.NOT;
    DType dtype = bool ? DType.BOOL : a.dtype();
    if (a.isEmpty()) {
      return operations.empty(dtype, a.shape());
    }
    try (Work work = operations.work()) {
      INDArray x = work.wide(a);
      INDArray y = a.dtype().isFloating() || bool ? of(work, op, x) : whole(work, op, x);
      return work.result(y, dtype, a.shape());
    }
  }

  private static INDArray of(Work work, UnaryOp op, INDArray x) {
    return switch (op) {
      case NEG -> work.own(x.neg());
      case ABS -> work.own(Transforms.abs(x, true));
      case EXP -> work.own(Transforms.exp(x, true));
      case LOG -> work.own(Transforms.log(x, true));
      case SQRT -> work.own(Transforms.sqrt(x, true));
      case RSQRT -> reciprocal(work, work.own(Transforms.sqrt(x, true)));
      case SQUARE -> work.run("multiply", x, x);
      case RECIPROCAL -> reciprocal(work, x);
      case SIN -> work.own(Transforms.sin(x, true));
      case COS -> work.own(Transforms.cos(x, true));
      case TANH -> work.own(Transforms.tanh(x, true));
      case SIGMOID -> sigmoid(work, x);
      case RELU -> keepNaN(work, x, work.run("maximum", x, like(work, x, 0)));
      case GELU -> work.run("multiply", x, phi(work, x));
      case SOFTPLUS -> softplus(work, x);
      case ERF -> erf(work, x);
      case FLOOR -> work.run("floor", x);
      case ROUND -> work.run("rint", x);
      case SIGN -> sign(work, x);
      case NOT -> work.run("boolean_not", x);
      case IS_FINITE -> finite(work, x);
    };
  }

  private static INDArray like(Work work, INDArray x, double value) {
    return work.scalar(x.dataType(), value);
  }

  private static INDArray reciprocal(Work work, INDArray x) {
    return work.run("divide", like(work, x, 1), x);
  }

  private static INDArray sigmoid(Work work, INDArray x) {
    INDArray e = work.own(Transforms.exp(work.own(x.neg()), true));
    return reciprocal(work, work.run("add", e, like(work, e, 1)));
  }

  private static INDArray erf(Work work, INDArray x) {
    return work.own(Nd4j.exec(new Erf(x, Nd4j.zerosLike(x)))); // Nd4j.math().erf overwrites x
  }

  /** The normal distribution function. */
  private static INDArray phi(Work work, INDArray x) {
    INDArray scaled = work.run("multiply", x, like(work, x, Math.sqrt(0.5)));
    INDArray e = erf(work, scaled);
    return work.run("multiply", work.run("add", e, like(work, e, 1)), like(work, e, 0.5));
  }

  /** max(x, 0) + log(1 + exp(-|x|)). */
  private static INDArray softplus(Work work, INDArray x) {
    INDArray size = work.own(Transforms.abs(x, true));
    INDArray e = work.own(Transforms.exp(work.own(size.neg()), true));
    INDArray series =
        work.run(
            "subtract", e, work.run("multiply", work.run("multiply", e, e), like(work, e, 0.5)));
    INDArray log = work.own(Transforms.log(work.run("add", e, like(work, e, 1)), true));
    INDArray tail = work.select(work.run("less", e, like(work, e, SMALL)), series, log);
    return work.run("add", of(work, UnaryOp.RELU, x), tail);
  }

  private static INDArray sign(Work work, INDArray x) {
    INDArray zero = like(work, x, 0);
    INDArray above = work.cast(work.run("greater", x, zero), x.dataType());
    INDArray below = work.cast(work.run("less", x, zero), x.dataType());
    return work.run("subtract", above, below);
  }

  private static INDArray finite(Work work, INDArray x) {
    INDArray y = x.dataType().isFPType() ? x : work.cast(x, DataType.FLOAT);
    INDArray difference = work.run("subtract", y, y); // NaN of what is not finite
    return work.run("equals", difference, like(work, y, 0));
  }

  private static INDArray whole(Work work, UnaryOp op, INDArray x) {
    return switch (op) {
      case NEG -> work.run("subtract", like(work, x, 0), x);
      case ABS ->
          x.dataType() == DataType.UINT8
              ? x
              : work.run("maximum", x, work.run("subtract", like(work, x, 0), x));
      case SQUARE -> work.run("multiply", x, x);
      case SIGN -> sign(work, x);
      case RELU -> work.run("maximum", x, like(work, x, 0));
      case FLOOR, ROUND -> x;
      default -> of(work, op, work.cast(x, DataType.FLOAT));
    };
  }

  OpArray unaryBackward(UnaryOp op, OpArray grad, OpArray x, OpArray y) {
    if (grad.isEmpty()) {
      return operations.empty(grad.dtype(), grad.shape());
    }
    try (Work work = operations.work()) {
      INDArray g = work.wide(grad);
      INDArray v = work.wide(y == null ? x : y);
      INDArray out =
          switch (op) {
            case RELU -> // through NaN, as in PyTorch
                work.select(work.run("less_equal", v, like(work, v, 0)), work.zeros(g), g);
            case SIGMOID ->
                work.run(
                    "multiply",
                    work.run("multiply", g, v),
                    work.run("subtract", like(work, v, 1), v));
            case TANH ->
                work.run(
                    "multiply",
                    g,
                    work.run("subtract", like(work, v, 1), work.run("multiply", v, v)));
            case SOFTPLUS -> work.run("multiply", g, sigmoid(work, v));
            case GELU -> work.run("multiply", g, geluSlope(work, v));
            default ->
                throw new IllegalArgumentException("unaryBackward: no gradient kernel for " + op);
          };
      return work.result(out, grad.dtype(), grad.shape());
    }
  }

  /** Phi(x) + x phi(x). */
  private static INDArray geluSlope(Work work, INDArray x) {
    INDArray half = work.run("multiply", work.run("multiply", x, x), like(work, x, -0.5));
    INDArray density =
        work.run(
            "multiply",
            work.own(Transforms.exp(half, true)),
            like(work, x, 1 / Math.sqrt(2 * Math.PI)));
    return work.run("add", phi(work, x), work.run("multiply", x, density));
  }

  OpArray binary(BinaryOp op, OpArray a, OpArray b) {
    long[] shape = Shapes.broadcast("nd4j", a.shape(), b.shape());
    DType dtype = op.isPredicate() ? DType.BOOL : a.dtype();
    if (Shapes.product(shape) == 0) {
      return operations.empty(dtype, shape);
    }
    try (Work work = operations.work()) {
      INDArray x = withAxes(work, work.wide(a), shape.length);
      INDArray y = withAxes(work, work.wide(b), shape.length);
      return work.result(of(work, op, x, y), dtype, shape);
    }
  }

  /** With axes of length 1 before the others: ND4J does not broadcast [n] and [1,1]. */
  private static INDArray withAxes(Work work, INDArray x, int rank) {
    int missing = rank - x.rank();
    if (missing == 0 || x.rank() == 0) {
      return x;
    }
    long[] shape = new long[rank];
    Arrays.fill(shape, 0, missing, 1);
    System.arraycopy(x.shape(), 0, shape, missing, x.rank());
    return work.reshape(x, shape);
  }

  OpArray binaryScalar(BinaryOp op, OpArray a, double scalar) {
    DType dtype = op.isPredicate() ? DType.BOOL : a.dtype();
    if (a.isEmpty()) {
      return operations.empty(dtype, a.shape());
    }
    try (Work work = operations.work()) {
      INDArray x = work.wide(a);
      INDArray y =
          op == BinaryOp.POW && scalar == 0.5 // of -infinity NaN, as in PyTorch
              ? of(work, UnaryOp.SQRT, x)
              : of(work, op, x, like(work, x, scalar));
      return work.result(y, dtype, a.shape());
    }
  }

  private static INDArray of(Work work, BinaryOp op, INDArray a, INDArray b) {
    if (a.dataType() == DataType.BOOL && op != BinaryOp.AND && op != BinaryOp.OR) {
      return of(work, op, work.cast(a, DataType.INT32), work.cast(b, DataType.INT32));
    }
    return switch (op) {
      case ADD -> work.run("add", a, b);
      case SUB -> work.run("subtract", a, b);
      case MUL -> work.run("multiply", a, b);
      case DIV -> work.run("divide", a, b);
      case POW -> work.run("Pow", a, b);
      case MAX -> keepNaN(work, a, work.run("maximum", a, b));
      case MIN -> keepNaN(work, a, work.run("minimum", a, b));
      case EQ -> work.run("equals", a, b);
      case NE -> work.run("not_equals", a, b);
      case LT -> work.run("less", a, b);
      case LE -> work.run("less_equal", a, b);
      case GT -> work.run("greater", a, b);
      case GE -> work.run("greater_equal", a, b);
      case AND -> work.run("boolean_and", a, b);
      case OR -> work.run("boolean_or", a, b);
    };
  }

  /** ND4J's maximum and minimum give the second where the first is NaN. */
  private static INDArray keepNaN(Work work, INDArray first, INDArray y) {
    if (!y.dataType().isFPType()) {
      return y;
    }
    INDArray same = work.expand(first, y.shape());
    return work.select(work.isNaN(same), same, y);
  }

  OpArray clamp(OpArray a, double low, double high) {
    if (a.isEmpty()) {
      return operations.empty(a.dtype(), a.shape());
    }
    try (Work work = operations.work()) {
      INDArray y = work.wide(a);
      if (low > Double.NEGATIVE_INFINITY) {
        y = of(work, BinaryOp.MAX, y, like(work, y, low));
      }
      if (high < Double.POSITIVE_INFINITY) {
        y = of(work, BinaryOp.MIN, y, like(work, y, high));
      }
      return work.result(y, a.dtype(), a.shape());
    }
  }

  OpArray where(OpArray condition, OpArray a, OpArray b) {
    long[] shape =
        Shapes.broadcast("nd4j", condition.shape(), Shapes.broadcast("nd4j", a.shape(), b.shape()));
    if (Shapes.product(shape) == 0) {
      return operations.empty(a.dtype(), shape);
    }
    try (Work work = operations.work()) {
      INDArray y =
          work.select(
              work.expand(condition.array(), shape),
              work.expand(work.wide(a), shape),
              work.expand(work.wide(b), shape));
      return work.result(y, a.dtype(), shape);
    }
  }

  /** Of another type. */
  OpArray cast(OpArray a, DType dtype) {
    if (a.isEmpty()) {
      return operations.empty(dtype, a.shape());
    }
    try (Work work = operations.work()) {
      INDArray x = work.wide(a);
      INDArray y;
      if (dtype == DType.BOOL) {
        y = work.run("not_equals", x, like(work, x, 0));
      } else if (a.dtype().isFloating() && !dtype.isFloating()) {
        y = saturated(work, x, dtype);
      } else {
        y = work.cast(x, dtype.host());
      }
      return work.result(y, dtype, a.shape());
    }
  }

  /** Toward zero, NaN to 0, and what lies beyond the type to its ends, which ND4J wraps. */
  private static INDArray saturated(Work work, INDArray x, DType dtype) {
    double lowest = dtype == DType.UINT8 ? 0 : dtype == DType.INT32 ? -0x1p31 : -0x1p63;
    double end = dtype == DType.UINT8 ? 0x1p8 : dtype == DType.INT32 ? 0x1p31 : 0x1p63;
    INDArray known = work.select(work.isNaN(x), work.zeros(x), x);
    INDArray raised = work.run("maximum", known, like(work, x, lowest));
    INDArray beyond = work.run("greater_equal", raised, like(work, x, end));
    INDArray inside = work.cast(work.select(beyond, work.zeros(x), raised), dtype.host());
    INDArray largest = work.filled(inside, (long) (end - 1)); // of int64 its largest, too
    return work.select(beyond, largest, inside);
  }

  /** target = target + source. */
  void addInto(OpArray target, OpArray source) {
    if (!target.isEmpty()) {
      try (Work work = operations.work()) {
        INDArray sum = work.run("add", work.wide(target), work.wide(source));
        target.array().assign(work.cast(sum, target.dtype().host()));
      }
    }
  }

  /** target = target * factor + source * sourceFactor. */
  void axpbyInto(OpArray target, double factor, OpArray source, double sourceFactor) {
    if (!target.isEmpty()) {
      try (Work work = operations.work()) {
        INDArray t = target.array();
        INDArray s = source.array();
        INDArray kept = work.run("multiply", t, like(work, t, factor));
        t.assign(work.run("add", kept, work.run("multiply", s, like(work, s, sourceFactor))));
      }
    }
  }
}

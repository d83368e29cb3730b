package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;

/** Element-wise functions and reductions. */
final class Elementwise {
  private final Results results;
  private final Natives natives;

  Elementwise(Results results, Natives natives) {
    this.results = results;
    this.natives = natives;
  }

  DeviceArray unary(UnaryOp op, DeviceArray a) {
    return results.of(op.name(), () -> unary(op, tensor(a)), a);
  }

  private Tensor unary(UnaryOp op, Tensor x) {
    return switch (op) {
      case NEG -> torch.neg(x);
      case ABS -> torch.abs(x);
      case EXP -> torch.exp(x);
      case LOG -> torch.log(x);
      case SQRT -> torch.sqrt(x);
      case RSQRT -> torch.rsqrt(x);
      case SQUARE -> torch.mul(x, x);
      case RECIPROCAL -> torch.reciprocal(x);
      case SIN -> torch.sin(x);
      case COS -> torch.cos(x);
      case TANH -> torch.tanh(x);
      case SIGMOID -> torch.sigmoid(x);
      case RELU -> torch.relu(x);
      case GELU -> torch.gelu(x);
      case SOFTPLUS -> torch.softplus(x, natives.one, natives.softplusThreshold);
      case ERF -> torch.erf(x);
      case FLOOR -> torch.floor(x);
      case ROUND -> torch.round(x);
      case SIGN -> torch.sign(x);
      case NOT -> torch.logical_not(x);
      case IS_FINITE -> torch.isfinite(x);
    };
  }

  /** In the memory of the argument. */
  DeviceArray reluOver(DeviceArray a) {
    results.run("RELU", () -> tensor(a).relu_(), a);
    return a.retain();
  }

  DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return results.of(
        () -> op + " backward",
        () ->
            switch (op) {
              case RELU -> torch.threshold_backward(tensor(grad), tensor(y), natives.zero);
              case GELU -> torch.gelu_backward(tensor(grad), tensor(x));
              case SIGMOID -> torch.sigmoid_backward(tensor(grad), tensor(y));
              case TANH -> torch.tanh_backward(tensor(grad), tensor(y));
              case SOFTPLUS ->
                  torch.softplus_backward(
                      tensor(grad), tensor(x), natives.one, natives.softplusThreshold);
              default ->
                  throw new IllegalArgumentException(
                      "expected RELU, GELU, SIGMOID, TANH or SOFTPLUS, got " + op);
            },
        grad,
        x == null ? y : x);
  }

  /** In the memory of the gradient. */
  DeviceArray reluBackwardOver(DeviceArray grad, DeviceArray y) {
    results.run(
        "RELU backward",
        () -> torch.threshold_backward_out(tensor(grad), tensor(grad), tensor(y), natives.zero),
        grad,
        y);
    return grad.retain();
  }

  DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    return results.of(op.name(), () -> binary(op, tensor(a), tensor(b)), a, b);
  }

  private static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
    return switch (op) {
      case ADD -> torch.add(a, b);
      case SUB -> torch.sub(a, b);
      case MUL -> torch.mul(a, b);
      case DIV -> torch.div(a, b);
      case POW -> torch.pow(a, b);
      case MAX -> torch.maximum(a, b);
      case MIN -> torch.minimum(a, b);
      case EQ -> torch.eq(a, b);
      case NE -> torch.ne(a, b);
      case LT -> torch.lt(a, b);
      case LE -> torch.le(a, b);
      case GT -> torch.gt(a, b);
      case GE -> torch.ge(a, b);
      case AND -> torch.logical_and(a, b);
      case OR -> torch.logical_or(a, b);
    };
  }

  DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return results.of(() -> op + " " + scalar, () -> binaryScalar(op, tensor(a), scalar), a);
  }

  private static Tensor binaryScalar(BinaryOp op, Tensor a, double scalar) {
    try (Scalar value = Natives.isFloating(a) ? new Scalar(scalar) : new Scalar((long) scalar)) {
      return binaryScalar(op, a, value);
    }
  }

  private static Tensor binaryScalar(BinaryOp op, Tensor a, Scalar value) {
    return switch (op) {
      case ADD -> torch.add(a, value);
      case SUB -> torch.sub(a, value);
      case MUL -> torch.mul(a, value);
      case DIV -> torch.div(a, value);
      case POW -> torch.pow(a, value);
      case MAX -> torch.clamp_min(a, value);
      case MIN -> torch.clamp_max(a, value);
      case EQ -> torch.eq(a, value);
      case NE -> torch.ne(a, value);
      case LT -> torch.lt(a, value);
      case LE -> torch.le(a, value);
      case GT -> torch.gt(a, value);
      case GE -> torch.ge(a, value);
      case AND, OR -> {
        try (Tensor other = torch.scalar_tensor(value)) {
          yield op == BinaryOp.AND ? torch.logical_and(a, other) : torch.logical_or(a, other);
        }
      }
    };
  }

  DeviceArray clamp(DeviceArray a, double low, double high) {
    return results.of(
        "clamp",
        () -> {
          Tensor x = tensor(a);
          boolean floating = Natives.isFloating(x);
          try (ScalarOptional from = bound(low, floating);
              ScalarOptional to = bound(high, floating)) {
            return from.has_value() || to.has_value() ? torch.clamp(x, from, to) : torch.clone(x);
          }
        },
        a);
  }

  /** An infinite bound is none. */
  private static ScalarOptional bound(double value, boolean floating) {
    if (Double.isInfinite(value)) {
      return new ScalarOptional();
    }
    try (Scalar scalar = floating ? new Scalar(value) : new Scalar((long) value)) {
      return new ScalarOptional(scalar);
    }
  }

  DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    return results.of(
        "where", () -> torch.where(tensor(condition), tensor(a), tensor(b)), condition, a, b);
  }

  DeviceArray cast(DeviceArray a, DType dtype) {
    return results.view(
        () -> "cast to " + dtype,
        () ->
            Natives.isFloating(tensor(a))
                ? switch (dtype) {
                  case FLOAT32, BFLOAT16, FLOAT16, BOOL -> tensor(a).to(Natives.scalarType(dtype));
                  case INT64 -> saturated(tensor(a), dtype, -0x1p63, Long.MAX_VALUE);
                  case INT32 -> saturated(tensor(a), dtype, -0x1p31, Integer.MAX_VALUE);
                  case UINT8 -> saturated(tensor(a), dtype, 0, 255);
                }
                : tensor(a).to(Natives.scalarType(dtype)),
        a);
  }

  /**
   * Floats as integers, NaN as 0 and what lies outside the range as its nearer end; C++ leaves that
   * undefined. {@code greatest} may have no float, so it is put in afterwards.
   */
  private static Tensor saturated(Tensor x, DType dtype, double least, long greatest) {
    double end = greatest == 255 ? 256 : -least;
    float below = Math.nextDown((float) end);
    try (Tensor floats = x.to(ScalarType.Float);
        DoubleOptional zero = new DoubleOptional(0);
        DoubleOptional high = new DoubleOptional(Float.MAX_VALUE);
        DoubleOptional low = new DoubleOptional(-Float.MAX_VALUE);
        Tensor numbers = torch.nan_to_num(floats, zero, high, low);
        ScalarOptional from = bound(least, true);
        ScalarOptional to = bound(below, true);
        Tensor inside = torch.clamp(numbers, from, to);
        Tensor whole = inside.to(Natives.scalarType(dtype));
        Scalar limit = new Scalar(end);
        Tensor beyond = torch.ge(numbers, limit);
        Scalar last = new Scalar(greatest)) {
      return torch.masked_fill(whole, beyond, last);
    }
  }

  DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return results.of(
        () -> op + " over " + Arrays.toString(dims),
        () -> {
          Tensor x = tensor(a);
          if (dims.length == 0) {
            return reduceNothing(op, x);
          }
          long[] axes = Arrays.stream(dims).asLongStream().toArray();
          return switch (op) {
            case SUM -> torch.sum(x, axes, keepDims, natives.noType);
            case MEAN -> torch.mean(x, axes, keepDims, natives.noType);
            case MAX -> torch.amax(x, axes, keepDims);
            case MIN -> torch.amin(x, axes, keepDims);
            case ANY -> torch.any(x, axes, keepDims);
            case ALL -> torch.all(x, axes, keepDims);
          };
        },
        a);
  }

  /** LibTorch takes an empty list of axes for all of them; NumPy, and this contract, for none. */
  private static Tensor reduceNothing(ReduceOp op, Tensor x) {
    if (op == ReduceOp.SUM && !Natives.isFloating(x) && !Natives.is(x, ScalarType.Long)) {
      return x.to(ScalarType.Long);
    }
    return torch.clone(x);
  }

  DeviceArray argMax(DeviceArray a, int dim) {
    return results.of(
        () -> "argMax over " + dim,
        () -> {
          try (LongOptional axis = new LongOptional(dim)) {
            return torch.argmax(tensor(a), axis, false);
          }
        },
        a);
  }

  DeviceArray cumSum(DeviceArray a, int dim) {
    return results.of(() -> "cumSum over " + dim, () -> torch.cumsum(tensor(a), dim), a);
  }

  DeviceArray[] topK(DeviceArray a, int k) {
    return results.several(
        "topK " + k, () -> Results.unpack(torch.topk(tensor(a), k, -1, true, true)), a);
  }
}

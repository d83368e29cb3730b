package org.maskwright.engine.trace;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.spi.UnaryOp;

/** Each primitive in ONNX's operators, with the shape of its result. */
final class OnnxOperators {
  private static final double ROOT_TWO = Math.sqrt(2);
  private static final double CUBIC_A = -0.75;

  private final OnnxTape tape;

  OnnxOperators(OnnxTape tape) {
    this.tape = tape;
  }

  private Symbol like(Symbol x, String operator, Symbol... from) {
    return tape.node(operator, Map.of(), x.dtype(), x.shape(), from);
  }

  // ---- element-wise

  Symbol unary(UnaryOp op, Symbol x) {
    return switch (op) {
      case NEG -> like(x, "Neg", x);
      case ABS -> like(x, "Abs", x);
      case EXP -> like(x, "Exp", x);
      case LOG -> like(x, "Log", x);
      case SQRT -> like(x, "Sqrt", x);
      case RSQRT -> like(x, "Reciprocal", like(x, "Sqrt", x));
      case SQUARE -> like(x, "Mul", x, x);
      case RECIPROCAL -> like(x, "Reciprocal", x);
      case SIN -> like(x, "Sin", x);
      case COS -> like(x, "Cos", x);
      case TANH -> like(x, "Tanh", x);
      case SIGMOID -> like(x, "Sigmoid", x);
      case RELU -> like(x, "Relu", x);
      case GELU -> gelu(x);
      case SOFTPLUS -> like(x, "Softplus", x);
      case ERF -> like(x, "Erf", x);
      case FLOOR -> like(x, "Floor", x);
      case ROUND -> like(x, "Round", x);
      case SIGN -> like(x, "Sign", x);
      case NOT -> like(x, "Not", x);
      case IS_FINITE -> not(bool("Or", x.shape(), test("IsInf", x), test("IsNaN", x)));
    };
  }

  /** In the form that runtimes know to be one operation: x (1 + erf(x / sqrt 2)) / 2. */
  private Symbol gelu(Symbol x) {
    Symbol erf = like(x, "Erf", like(x, "Div", x, tape.number(x.dtype(), ROOT_TWO)));
    Symbol twice = like(x, "Mul", x, like(x, "Add", erf, tape.number(x.dtype(), 1)));
    return like(x, "Mul", twice, tape.number(x.dtype(), 0.5));
  }

  private Symbol test(String operator, Symbol x) {
    return bool(operator, x.shape(), x);
  }

  private Symbol bool(String operator, long[] shape, Symbol... from) {
    return tape.node(operator, Map.of(), DType.BOOL, shape, from);
  }

  private Symbol not(Symbol x) {
    return like(x, "Not", x);
  }

  Symbol binary(BinaryOp op, Symbol a, Symbol b) {
    long[] shape = Shapes.broadcast("onnx", a.shape(), b.shape());
    return switch (op) {
      case ADD -> number("Add", shape, a, b);
      case SUB -> number("Sub", shape, a, b);
      case MUL -> number("Mul", shape, a, b);
      case DIV -> number("Div", shape, a, b);
      case POW -> number("Pow", shape, a, b);
      case MAX -> number("Max", shape, a, b);
      case MIN -> number("Min", shape, a, b);
      case EQ -> bool("Equal", shape, a, b);
      case NE -> not(bool("Equal", shape, a, b));
      case LT -> bool("Less", shape, a, b);
      case LE -> bool("LessOrEqual", shape, a, b);
      case GT -> bool("Greater", shape, a, b);
      case GE -> bool("GreaterOrEqual", shape, a, b);
      case AND -> bool("And", shape, a, b);
      case OR -> bool("Or", shape, a, b);
    };
  }

  private Symbol number(String operator, long[] shape, Symbol a, Symbol b) {
    return tape.node(operator, Map.of(), a.dtype(), shape, a, b);
  }

  Symbol clamp(Symbol x, double low, double high) {
    Symbol least = Double.isInfinite(low) ? null : tape.number(x.dtype(), low);
    Symbol most = Double.isInfinite(high) ? null : tape.number(x.dtype(), high);
    return like(x, "Clip", x, least, most);
  }

  Symbol where(Symbol condition, Symbol a, Symbol b) {
    long[] shape =
        Shapes.broadcast("onnx", condition.shape(), Shapes.broadcast("onnx", a.shape(), b.shape()));
    if (a.dtype() != DType.BOOL) {
      return tape.node("Where", Map.of(), a.dtype(), shape, condition, a, b);
    }
    Symbol chosen =
        bool("And", Shapes.broadcast("onnx", condition.shape(), a.shape()), condition, a);
    Symbol other =
        bool("And", Shapes.broadcast("onnx", condition.shape(), b.shape()), not(condition), b);
    return bool("Or", shape, chosen, other);
  }

  Symbol cast(Symbol x, DType dtype) {
    long to = OnnxType.of(dtype).number();
    return tape.node("Cast", Map.of("to", to), dtype, x.shape(), x);
  }

  // ---- reductions

  Symbol reduce(ReduceOp op, Symbol x, int[] dims, boolean keep) {
    return switch (op) {
      case SUM -> sum(x.dtype().isFloating() ? x : cast(x, DType.INT64), dims, keep);
      case MEAN -> extreme("ReduceMean", x, dims, keep);
      case MAX -> extreme("ReduceMax", x, dims, keep);
      case MIN -> extreme("ReduceMin", x, dims, keep);
      case ANY -> cast(extreme("ReduceMax", cast(x, DType.INT32), dims, keep), DType.BOOL);
      case ALL -> cast(extreme("ReduceMin", cast(x, DType.INT32), dims, keep), DType.BOOL);
    };
  }

  private Symbol sum(Symbol x, int[] dims, boolean keep) {
    Symbol axes = tape.longs(Arrays.stream(dims).asLongStream().toArray());
    return tape.node(
        "ReduceSum", keepDims(keep), x.dtype(), reduced(x.shape(), dims, keep), x, axes);
  }

  private static Map<String, Object> keepDims(boolean keep) {
    return Map.of("keepdims", keep ? 1L : 0L);
  }

  private Symbol extreme(String operator, Symbol x, int[] dims, boolean keep) {
    return tape.node(
        operator,
        Map.of("keepdims", keep ? 1L : 0L, "axes", longs(dims)),
        x.dtype(),
        reduced(x.shape(), dims, keep),
        x);
  }

  private static long[] reduced(long[] shape, int[] dims, boolean keep) {
    LongStream.Builder out = LongStream.builder();
    for (int i = 0; i < shape.length; i++) {
      int axis = i;
      if (Arrays.stream(dims).noneMatch(d -> d == axis)) {
        out.add(shape[i]);
      } else if (keep) {
        out.add(1);
      }
    }
    return out.build().toArray();
  }

  Symbol argMax(Symbol x, int dim) {
    return tape.node(
        "ArgMax",
        Map.of("axis", (long) dim, "keepdims", 0L),
        DType.INT64,
        reduced(x.shape(), new int[] {dim}, false),
        x);
  }

  Symbol cumSum(Symbol x, int dim) {
    return like(x, "CumSum", x, tape.number(DType.INT64, dim));
  }

  Symbol[] topK(Symbol x, int k) {
    return tape.nodeOfTwo(
        "TopK",
        Map.of("axis", -1L),
        x.dtype(),
        Shapes.with(x.shape(), x.rank() - 1, k),
        x,
        tape.longs(k));
  }

  // ---- shape

  private static List<Long> longs(int... values) {
    return Arrays.stream(values).mapToObj(Long::valueOf).toList();
  }

  Symbol reshape(Symbol x, long[] shape) {
    return tape.node("Reshape", Map.of(), x.dtype(), shape, x, tape.longs(shape));
  }

  Symbol permute(Symbol x, int[] order) {
    long[] shape = Arrays.stream(order).mapToLong(axis -> x.shape()[axis]).toArray();
    return tape.node("Transpose", Map.of("perm", longs(order)), x.dtype(), shape, x);
  }

  Symbol expand(Symbol x, long[] shape) {
    return tape.node("Expand", Map.of(), x.dtype(), shape, x, tape.longs(shape));
  }

  Symbol slice(Symbol x, int dim, long start, long end, long step) {
    return tape.node(
        "Slice",
        Map.of(),
        x.dtype(),
        Shapes.with(x.shape(), dim, (end - start + step - 1) / step),
        x,
        tape.longs(start),
        tape.longs(end),
        tape.longs(dim),
        tape.longs(step));
  }

  Symbol concat(Symbol[] parts, int dim) {
    long total = Arrays.stream(parts).mapToLong(part -> part.shape()[dim]).sum();
    Symbol first = parts[0];
    return tape.node(
        "Concat",
        Map.of("axis", (long) dim),
        first.dtype(),
        Shapes.with(first.shape(), dim, total),
        parts);
  }

  Symbol pad(Symbol x, long[] before, long[] after, double value) {
    long[] shape = x.shape().clone();
    Arrays.setAll(shape, i -> x.shape()[i] + before[i] + after[i]);
    long[] pads = LongStream.concat(Arrays.stream(before), Arrays.stream(after)).toArray();
    return tape.node(
        "Pad", Map.of(), x.dtype(), shape, x, tape.longs(pads), tape.number(x.dtype(), value));
  }

  // ---- indexing

  Symbol gather(Symbol x, int dim, Symbol index) {
    return tape.node(
        "GatherElements", Map.of("axis", (long) dim), x.dtype(), index.shape(), x, index);
  }

  Symbol indexSelect(Symbol x, int dim, Symbol index) {
    return tape.node(
        "Gather",
        Map.of("axis", (long) dim),
        x.dtype(),
        Shapes.with(x.shape(), dim, index.shape()[0]),
        x,
        index);
  }

  // ---- linear algebra and layers

  Symbol matmul(Symbol a, Symbol b) {
    long[] shape = Shapes.with(a.shape(), a.rank() - 1, b.shape()[b.rank() - 1]);
    return number("MatMul", shape, a, b);
  }

  /** Gemm is of two axes: the leading ones of x are one for it. */
  Symbol linear(Symbol x, Symbol w, Symbol b) {
    long in = w.shape()[1];
    long out = w.shape()[0];
    long rows = Shapes.span(x.shape(), 0, x.rank() - 1);
    Symbol flat = x.rank() == 2 ? x : reshape(x, new long[] {rows, in});
    Map<String, Object> transposed = Map.of("transB", 1L);
    long[] shape = {rows, out};
    Symbol y =
        b == null
            ? tape.node("Gemm", transposed, x.dtype(), shape, flat, w)
            : tape.node("Gemm", transposed, x.dtype(), shape, flat, w, b);
    return x.rank() == 2 ? y : reshape(y, Shapes.with(x.shape(), x.rank() - 1, out));
  }

  Symbol conv2d(Symbol x, Symbol w, Symbol b, Conv2dSpec spec) {
    int kernelH = Math.toIntExact(w.shape()[2]);
    int kernelW = Math.toIntExact(w.shape()[3]);
    long[] shape = {
      x.shape()[0],
      w.shape()[0],
      spec.outHeight(x.shape()[2], kernelH),
      spec.outWidth(x.shape()[3], kernelW)
    };
    Map<String, Object> attributes =
        Map.of(
            "kernel_shape", longs(kernelH, kernelW),
            "strides", longs(spec.strideH(), spec.strideW()),
            "pads", longs(spec.padH(), spec.padW(), spec.padH(), spec.padW()),
            "dilations", longs(spec.dilationH(), spec.dilationW()),
            "group", (long) spec.groups());
    return b == null
        ? tape.node("Conv", attributes, x.dtype(), shape, x, w)
        : tape.node("Conv", attributes, x.dtype(), shape, x, w, b);
  }

  Symbol pool(String operator, Symbol x, Pool2dSpec spec) {
    long[] shape = {
      x.shape()[0], x.shape()[1], spec.outHeight(x.shape()[2]), spec.outWidth(x.shape()[3])
    };
    Map<String, Object> attributes = new TreeMap<>();
    attributes.put("kernel_shape", longs(spec.kernelH(), spec.kernelW()));
    attributes.put("strides", longs(spec.strideH(), spec.strideW()));
    attributes.put("pads", longs(spec.padH(), spec.padW(), spec.padH(), spec.padW()));
    if (operator.equals("AveragePool")) {
      attributes.put("count_include_pad", 1L);
    }
    return tape.node(operator, attributes, x.dtype(), shape, x);
  }

  Symbol layerNorm(Symbol x, Symbol w, Symbol b, double eps) {
    return tape.node(
        "LayerNormalization", Map.of("axis", -1L, "epsilon", eps), x.dtype(), x.shape(), x, w, b);
  }

  /**
   * As the normalisation of groups that are each one channel, then scale and shift.
   *
   * @param w [C,1,...], of a rank below x
   * @param b as w
   */
  Symbol groupNorm(Symbol x, int groups, Symbol w, Symbol b, double eps) {
    long images = x.shape()[0];
    long each = Arrays.stream(x.shape()).reduce(1, Math::multiplyExact) / images / groups;
    Symbol grouped = reshape(x, new long[] {images, groups, each});
    Symbol normal =
        tape.node(
            "InstanceNormalization",
            Map.of("epsilon", eps),
            x.dtype(),
            grouped.shape(),
            grouped,
            tape.full(1, groups),
            tape.full(0, groups));
    Symbol scaled = like(x, "Mul", reshape(normal, x.shape()), w);
    return like(x, "Add", scaled, b);
  }

  Symbol softmax(String operator, Symbol x, int dim) {
    return tape.node(operator, Map.of("axis", (long) dim), x.dtype(), x.shape(), x);
  }

  Symbol resize(Symbol x, int height, int width, ResizeMode mode) {
    long[] shape = {x.shape()[0], x.shape()[1], height, width};
    Map<String, Object> attributes =
        switch (mode) {
          case NEAREST ->
              Map.of(
                  "mode", "nearest",
                  "coordinate_transformation_mode", "asymmetric",
                  "nearest_mode", "floor");
          case BILINEAR -> Map.of("mode", "linear", "coordinate_transformation_mode", "half_pixel");
          case BICUBIC ->
              Map.of(
                  "mode", "cubic",
                  "coordinate_transformation_mode", "half_pixel",
                  "cubic_coeff_a", CUBIC_A);
        };
    return tape.node("Resize", attributes, x.dtype(), shape, x, null, null, tape.longs(shape));
  }

  Symbol gridSample(Symbol x, Symbol grid) {
    long[] shape = {x.shape()[0], x.shape()[1], grid.shape()[1], grid.shape()[2]};
    return tape.node(
        "GridSample",
        Map.of("mode", "bilinear", "padding_mode", "zeros", "align_corners", 0L),
        x.dtype(),
        shape,
        x,
        grid);
  }
}

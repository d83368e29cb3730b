package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every primitive, forward and gradient, over odd shapes, broadcasts, axes of size 0 and 1, and
 * non-contiguous inputs.
 */
public abstract class PrimitiveConformance extends BackendConformance {
  private static final int[][] SHAPES = {
    {}, {1}, {7}, {3, 5}, {2, 1, 4}, {0}, {2, 0, 3}, {2, 3, 4, 5}
  };

  /** Pairs of shapes that broadcast. */
  private static final int[][][] BROADCASTS = {
    {{3, 5}, {3, 5}},
    {{3, 5}, {5}},
    {{3, 1}, {1, 5}},
    {{}, {2, 3}},
    {{3}, {1, 1}},
    {{1, 1}, {3}},
    {{1, 1, 1}, {}},
    {{2, 1, 4}, {3, 1}},
    {{0}, {1}},
    {{2, 0, 3}, {1, 3}},
    {{4, 1, 1, 5}, {2, 3, 1}}
  };

  /** For the backend of a name. */
  protected PrimitiveConformance(String backend) {
    super(backend);
  }

  /** For the backend of a name on a device. */
  protected PrimitiveConformance(String backend, String device) {
    super(backend, device);
  }

  private static double erf(double x) {
    // Series: exact to 1e-15 for the |x| <= 2 used here.
    double sum = 0;
    double term = x;
    for (int n = 0; n < 80; n++) {
      sum += term / (2 * n + 1);
      term *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  @Test
  void unaryFunctionsEqualTheirFormulas() {
    Map<String, UnaryOperator<Tensor>> ops = new TreeMap<>();
    Map<String, DoubleUnaryOperator> loops = new TreeMap<>();
    ops.put("neg", Tensor::neg);
    loops.put("neg", x -> -x);
    ops.put("abs", Tensor::abs);
    loops.put("abs", Math::abs);
    ops.put("exp", Tensor::exp);
    loops.put("exp", Math::exp);
    ops.put("square", Tensor::square);
    loops.put("square", x -> x * x);
    ops.put("sin", Tensor::sin);
    loops.put("sin", Math::sin);
    ops.put("cos", Tensor::cos);
    loops.put("cos", Math::cos);
    ops.put("tanh", Tensor::tanh);
    loops.put("tanh", Math::tanh);
    ops.put("sigmoid", Tensor::sigmoid);
    loops.put("sigmoid", x -> 1 / (1 + Math.exp(-x)));
    ops.put("relu", Tensor::relu);
    loops.put("relu", x -> Math.max(x, 0));
    ops.put("gelu", Tensor::gelu);
    loops.put("gelu", x -> x * 0.5 * (1 + erf(x / Math.sqrt(2))));
    ops.put("softplus", Tensor::softplus);
    loops.put("softplus", x -> Math.log1p(Math.exp(x)));
    ops.put("erf", Tensor::erf);
    loops.put("erf", PrimitiveConformance::erf);
    ops.put("clamp", x -> x.clamp(-0.5, 1));
    loops.put("clamp", x -> Math.max(-0.5, Math.min(1, x)));
    ops.put("add", x -> x.add(1.5));
    loops.put("add", x -> x + 1.5);
    ops.put("mul", x -> x.mul(-3));
    loops.put("mul", x -> x * -3);
    ops.put("cube", x -> x.pow(3));
    loops.put("cube", x -> x * x * x);
    for (int[] shape : SHAPES) {
      ops.forEach(
          (name, op) ->
              check(
                  name + Arrays.toString(shape),
                  in -> op.apply(in.get(0)),
                  in -> in.get(0).map(loops.get(name)),
                  random(1, shape)));
    }
  }

  @Test
  void unaryFunctionsOfPositiveNumbersEqualTheirFormulas() {
    Map<String, UnaryOperator<Tensor>> ops = new TreeMap<>();
    Map<String, DoubleUnaryOperator> loops = new TreeMap<>();
    ops.put("log", Tensor::log);
    loops.put("log", Math::log);
    ops.put("sqrt", Tensor::sqrt);
    loops.put("sqrt", Math::sqrt);
    ops.put("rsqrt", Tensor::rsqrt);
    loops.put("rsqrt", x -> 1 / Math.sqrt(x));
    ops.put("reciprocal", Tensor::reciprocal);
    loops.put("reciprocal", x -> 1 / x);
    ops.put("pow", x -> x.pow(1.7));
    loops.put("pow", x -> Math.pow(x, 1.7));
    ops.forEach(
        (name, op) ->
            check(
                name,
                in -> op.apply(in.get(0)),
                in -> in.get(0).map(loops.get(name)),
                random(2, 0.3, 3, 4, 7)));
  }

  @Test
  void extremeArgumentsDoNotOverflow() {
    Ref x = new Ref(new double[] {-200, -90, 0, 90, 200}, 5);
    checkForward(
        "softplus",
        in -> in.get(0).softplus(),
        in -> in.get(0).map(v -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)))),
        x);
    checkForward(
        "sigmoid", in -> in.get(0).sigmoid(), in -> in.get(0).map(v -> 1 / (1 + Math.exp(-v))), x);
    checkForward("softmax", in -> in.get(0).softmax(0), in -> in.get(0).softmax(0), x);
  }

  @Test
  void roundingFunctionsEqualJavas() {
    Ref x = new Ref(new double[] {-2.5, -1.5, -0.5, -0.2, 0, 0.5, 1.5, 2.5, 3.7}, 9);
    checkForward("floor", in -> in.get(0).floor(), in -> in.get(0).map(Math::floor), x);
    checkForward("round half to even", in -> in.get(0).round(), in -> in.get(0).map(Math::rint), x);
    checkForward("sign", in -> in.get(0).sign(), in -> in.get(0).map(Math::signum), x);
  }

  private interface Binary {
    Tensor apply(Tensor a, Tensor b);
  }

  @Test
  void binaryFunctionsBroadcast() {
    for (int[][] p : BROADCASTS) {
      String at = Arrays.toString(p[0]) + Arrays.toString(p[1]);
      Ref a = random(3, p[0]);
      Ref b = random(4, 0.5, 2.5, p[1]);
      checkBinary("add" + at, Tensor::add, Double::sum, a, b);
      checkBinary("sub" + at, Tensor::sub, (x, y) -> x - y, a, b);
      checkBinary("mul" + at, Tensor::mul, (x, y) -> x * y, a, b);
      checkBinary("div" + at, Tensor::div, (x, y) -> x / y, a, b);
      checkBinary("maximum" + at, Tensor::maximum, Math::max, a, b);
      checkBinary("minimum" + at, Tensor::minimum, Math::min, a, b);
    }
  }

  private void checkBinary(String what, Binary op, DoubleBinaryOperator loop, Ref a, Ref b) {
    check(what, in -> op.apply(in.get(0), in.get(1)), in -> in.get(0).zip(in.get(1), loop), a, b);
  }

  @Test
  void comparisonsAndLogicEqualJavas() {
    Tensor a = engine().floats(new float[] {1, 2, 3, Float.NaN}, 4);
    Tensor b = engine().floats(new float[] {2, 2, 1, Float.NaN}, 4);
    assertArrayEquals(new byte[] {0, 1, 0, 0}, a.eq(b).toBytes());
    assertArrayEquals(new byte[] {1, 0, 1, 1}, a.ne(b).toBytes());
    assertArrayEquals(new byte[] {1, 0, 0, 0}, a.lt(b).toBytes());
    assertArrayEquals(new byte[] {1, 1, 0, 0}, a.le(2).toBytes());
    assertArrayEquals(new byte[] {0, 0, 1, 0}, a.gt(2).toBytes());
    assertArrayEquals(new byte[] {0, 1, 1, 0}, a.ge(b).toBytes());
    assertArrayEquals(new byte[] {1, 1, 1, 0}, a.isFinite().toBytes());
    Tensor p = engine().bools(new byte[] {1, 1, 0, 0}, 4);
    Tensor q = engine().bools(new byte[] {1, 0, 1, 0}, 4);
    assertArrayEquals(new byte[] {1, 0, 0, 0}, p.and(q).toBytes());
    assertArrayEquals(new byte[] {1, 1, 1, 0}, p.or(q).toBytes());
    assertArrayEquals(new byte[] {0, 0, 1, 1}, p.not().toBytes());
    assertArrayEquals(new byte[] {1}, p.any().reshape(1).toBytes());
    assertArrayEquals(new byte[] {0}, p.all().reshape(1).toBytes());
  }

  @Test
  void comparisonsBroadcast() {
    Map<String, Binary> ops = new TreeMap<>();
    Map<String, DoubleBinaryOperator> loops = new TreeMap<>();
    ops.put("eq", Tensor::eq);
    loops.put("eq", (x, y) -> x == y ? 1 : 0);
    ops.put("ne", Tensor::ne);
    loops.put("ne", (x, y) -> x != y ? 1 : 0);
    ops.put("lt", Tensor::lt);
    loops.put("lt", (x, y) -> x < y ? 1 : 0);
    ops.put("le", Tensor::le);
    loops.put("le", (x, y) -> x <= y ? 1 : 0);
    ops.put("gt", Tensor::gt);
    loops.put("gt", (x, y) -> x > y ? 1 : 0);
    ops.put("ge", Tensor::ge);
    loops.put("ge", (x, y) -> x >= y ? 1 : 0);
    ops.put("and", (a, b) -> a.gt(0).and(b.gt(0)));
    loops.put("and", (x, y) -> x > 0 && y > 0 ? 1 : 0);
    ops.put("or", (a, b) -> a.gt(0).or(b.gt(0)));
    loops.put("or", (x, y) -> x > 0 || y > 0 ? 1 : 0);
    for (int[][] p : BROADCASTS) {
      Ref a = Ref.of(p[0], i -> i % 3 - 1); // many of them equal
      Ref b = Ref.of(p[1], i -> i % 2);
      ops.forEach(
          (name, op) -> {
            Ref expected = a.zip(b, loops.get(name));
            String what = name + Arrays.toString(p[0]) + Arrays.toString(p[1]);
            assertClose(what, expected, op.apply(tensor(a), tensor(b)), 0);
          });
    }
  }

  @Test
  void whereChoosesWithBroadcasting() {
    byte[] mask = {1, 0, 1, 0, 0, 1};
    check(
        "where",
        in -> engine().bools(mask, 2, 3).where(in.get(0), in.get(1)),
        in ->
            in.get(0)
                .expand(2, 3)
                .zip(Ref.of(new int[] {2, 3}, i -> mask[(int) i]), (a, m) -> m == 1 ? a : 0)
                .zip(
                    in.get(1)
                        .expand(2, 3)
                        .zip(
                            Ref.of(new int[] {2, 3}, i -> mask[(int) i]), (b, m) -> m == 1 ? 0 : b),
                    Double::sum),
        random(5, 3),
        random(6, 2, 1));
  }

  @Test
  void castsTruncateTowardZero() {
    Tensor x = engine().floats(new float[] {-1.7f, -0.2f, 0, 1.9f, 200}, 5);
    assertArrayEquals(new long[] {-1, 0, 0, 1, 200}, x.cast(DType.INT64).toLongs());
    assertArrayEquals(new long[] {-1, 0, 0, 1, 200}, x.cast(DType.INT32).toLongs());
    assertArrayEquals(new byte[] {1, 1, 0, 1, 1}, x.cast(DType.BOOL).toBytes());
    assertArrayEquals(
        new float[] {1, 1, 0},
        engine().bools(new byte[] {1, 1, 0}, 3).cast(DType.FLOAT32).toFloats());
    assertArrayEquals(
        new float[] {0, 255, 7},
        engine().bytes(new byte[] {0, -1, 7}, 3).cast(DType.FLOAT32).toFloats());
    float[] half =
        engine()
            .floats(new float[] {1 + 0x1p-8f, -3, 3 + 0x1p-7f}, 3)
            .cast(DType.BFLOAT16)
            .cast(DType.FLOAT32)
            .toFloats();
    assertArrayEquals(new float[] {1.0f, -3, 3.0f}, half, "bfloat16 rounds half to even");
    float[] binary16 =
        engine()
            .floats(new float[] {1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 65520, 0x1p-24f, -0x1p-26f}, 5)
            .cast(DType.FLOAT16)
            .cast(DType.FLOAT32)
            .toFloats();
    assertArrayEquals(
        new float[] {1, 1 + 0x1p-9f, Float.POSITIVE_INFINITY, 0x1p-24f, -0f},
        binary16,
        "float16 rounds half to even, and to infinity from 65520 on");
  }

  @Test
  void smallFloatsArriveOnTheHostAsFloat32() {
    for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
      Tensor x = engine().floats(new float[] {1.5f, -3}, 2).cast(dtype);
      try (INDArray host = x.toHost()) {
        assertEquals(DataType.FLOAT, host.dataType(), dtype.toString());
        assertArrayEquals(new float[] {1.5f, -3}, host.toFloatVector(), dtype.toString());
      }
    }
  }

  @Test
  void reductionsEqualLoops() {
    int[][] axes = {{}, {0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}};
    for (int[] shape : new int[][] {{3, 4, 5}, {1, 7, 1}, {2, 3, 33}}) {
      for (int[] given : axes) {
        int[] dims = given.length == 0 ? new int[] {0, 1, 2} : given;
        int n = Arrays.stream(dims).map(d -> shape[d]).reduce(1, (a, b) -> a * b);
        String at = Arrays.toString(shape) + Arrays.toString(given);
        Ref x = random(7, shape);
        check("sum" + at, in -> in.get(0).sum(given), in -> in.get(0).sum(false, dims), x);
        check("sumKeep" + at, in -> in.get(0).sumKeep(given), in -> in.get(0).sum(true, dims), x);
        check(
            "mean" + at,
            in -> in.get(0).mean(given),
            in -> in.get(0).sum(false, dims).map(v -> v / n),
            x);
        check(
            "max" + at,
            in -> in.get(0).max(given),
            in -> in.get(0).reduce(dims, false, -1e300, Math::max),
            x);
        check(
            "min" + at,
            in -> in.get(0).min(given),
            in -> in.get(0).reduce(dims, false, 1e300, Math::min),
            x);
      }
    }
    checkForward(
        "sum of nothing", in -> in.get(0).sum(1), in -> in.get(0).sum(false, 1), random(8, 3, 0));
    assertEquals(3, engine().bools(new byte[] {1, 0, 1, 1}, 4).sum().toLongs()[0]);
  }

  @Test
  void argMaxIsTheFirstMaximum() {
    Tensor x = engine().floats(new float[] {1, 3, 3, 2, 5, 5, 5, 0}, 2, 4);
    assertArrayEquals(new long[] {1, 0}, x.argMax(1).toLongs());
    assertArrayEquals(new long[] {1, 1, 1, 0}, x.argMax(0).toLongs());
  }

  @Test
  void topKFallsAndPassesGradients() {
    Ref x = new Ref(new double[] {0.1, 0.9, 0.5, 0.7, -1, 3, 2, 1}, 2, 4);
    check(
        "topK",
        in -> in.get(0).topK(3)[0],
        in -> in.get(0).gather(1, new int[] {1, 3, 2, 1, 2, 3}, 2, 3),
        x);
    assertArrayEquals(new long[] {1, 3, 2, 1, 2, 3}, tensor(x).topK(3)[1].toLongs());
  }

  @Test
  void cumSumEqualsLoops() {
    for (int dim = 0; dim < 3; dim++) {
      int d = dim;
      check("cumSum" + d, in -> in.get(0).cumSum(d), in -> in.get(0).cumSum(d), random(9, 3, 4, 5));
    }
  }

  @Test
  void shapeOperationsMoveElements() {
    Ref x = random(10, 3, 4, 5);
    check("reshape", in -> in.get(0).reshape(5, -1), in -> in.get(0).reshape(5, 12), x);
    check("permute", in -> in.get(0).permute(2, 0, 1), in -> in.get(0).permute(2, 0, 1), x);
    check(
        "permute then reshape",
        in -> in.get(0).permute(2, 0, 1).reshape(15, 4),
        in -> in.get(0).permute(2, 0, 1).reshape(15, 4),
        x);
    check(
        "expand",
        in -> in.get(0).expand(2, 3, 4),
        in -> in.get(0).expand(2, 3, 4),
        random(11, 3, 1));
    check("slice", in -> in.get(0).slice(1, 1, 3), in -> in.get(0).slice(1, 1, 3, 1), x);
    check("slice by 2", in -> in.get(0).slice(2, 1, 5, 2), in -> in.get(0).slice(2, 1, 5, 2), x);
    check("slice to nothing", in -> in.get(0).slice(0, 2, 2), in -> in.get(0).slice(0, 2, 2, 1), x);
    check(
        "slice of slice",
        in -> in.get(0).slice(1, 1, 4).slice(2, 2, 5).slice(0, 1, 3),
        in -> in.get(0).slice(1, 1, 4, 1).slice(2, 2, 5, 1).slice(0, 1, 3, 1),
        x);
    check(
        "select",
        in -> in.get(0).select(1, -1),
        in -> in.get(0).slice(1, 3, 4, 1).reshape(3, 5),
        x);
    check("flatten", in -> in.get(0).flatten(1, 2), in -> in.get(0).reshape(3, 20), x);
    check(
        "roll",
        in -> in.get(0).roll(2, 2),
        in -> Ref.concat(2, in.get(0).slice(2, 3, 5, 1), in.get(0).slice(2, 0, 3, 1)),
        x);
    check(
        "concat",
        in -> Tensor.concat(1, in.get(0), in.get(1), in.get(2)),
        in -> Ref.concat(1, in.get(0), in.get(1), in.get(2)),
        x,
        random(12, 3, 2, 5),
        random(13, 3, 0, 5));
    check(
        "stack",
        in -> Tensor.stack(0, in.get(0), in.get(1)),
        in -> Ref.concat(0, in.get(0).reshape(1, 3, 4), in.get(1).reshape(1, 3, 4)),
        random(14, 3, 4),
        random(15, 3, 4));
    check(
        "pad",
        in -> in.get(0).pad(new long[] {0, 1, 2}, new long[] {0, 2, 0}, 3),
        in -> {
          Ref r = in.get(0);
          return Ref.build(
              new int[] {3, 7, 7},
              ix -> ix[1] < 1 || ix[1] >= 5 || ix[2] < 2 ? 3 : r.at(ix[0], ix[1] - 1, ix[2] - 2));
        },
        x);
  }

  @Test
  void gatherAndIndexSelectReadByIndex() {
    Ref x = random(16, 3, 4);
    int[] index = {1, 0, 3, 3, 2, 2};
    long[] wide = Arrays.stream(index).asLongStream().toArray();
    check(
        "gather 1",
        in -> in.get(0).gather(1, engine().longs(wide, 3, 2)),
        in -> in.get(0).gather(1, index, 3, 2),
        x);
    int[] rows = {2, 0, 0, 1};
    check(
        "gather 0",
        in -> in.get(0).gather(0, engine().longs(new long[] {2, 0, 0, 1}, 1, 4)),
        in -> in.get(0).gather(0, rows, 1, 4),
        x);
    check(
        "indexSelect",
        in -> in.get(0).indexSelect(0, engine().longs(new long[] {2, 0, 2, 2}, 4)),
        in ->
            Ref.concat(
                0,
                in.get(0).slice(0, 2, 3, 1),
                in.get(0).slice(0, 0, 1, 1),
                in.get(0).slice(0, 2, 3, 1),
                in.get(0).slice(0, 2, 3, 1)),
        x);
    check(
        "indexSelect nothing",
        in -> in.get(0).indexSelect(0, engine().longs(new long[0], 0)),
        in -> in.get(0).slice(0, 0, 0, 1),
        x);
  }

  @Test
  void matrixProductsEqualLoops() {
    int[][][] pairs = {
      {{3, 4}, {4, 5}},
      {{1, 1}, {1, 1}},
      {{2, 3, 4}, {2, 4, 5}},
      {{2, 1, 3, 4}, {5, 4, 2}},
      {{3, 4}, {2, 4, 5}},
      {{0, 4}, {4, 3}},
      {{3, 0}, {0, 2}},
      {{2, 3, 17, 9}, {2, 3, 9, 11}}
    };
    for (int[][] p : pairs) {
      check(
          "matmul" + Arrays.deepToString(p),
          in -> in.get(0).matmul(in.get(1)),
          in -> Ref.matmul(in.get(0), in.get(1)),
          random(17, p[0]),
          random(18, p[1]));
    }
    check(
        "matmulTransposed",
        in -> in.get(0).matmulTransposed(in.get(1)),
        in -> Ref.matmul(in.get(0), in.get(1).permute(0, 2, 1)),
        random(19, 2, 3, 4),
        random(20, 2, 5, 4));
  }

  @Test
  void linearEqualsLoops() {
    for (int[] lead : new int[][] {{}, {1}, {6}, {2, 3}, {0}}) {
      int[] shape = Arrays.copyOf(lead, lead.length + 1);
      shape[lead.length] = 4;
      int[] out = Arrays.copyOf(lead, lead.length + 1);
      out[lead.length] = 5;
      check(
          "linear" + Arrays.toString(shape),
          in -> in.get(0).linear(in.get(1), in.get(2)),
          in ->
              Ref.matmul(in.get(0).reshape(Ref.numel(lead), 4), in.get(1).permute(1, 0))
                  .zip(in.get(2), Double::sum)
                  .reshape(out),
          random(21, shape),
          random(22, 5, 4),
          random(23, 5));
    }
    check(
        "linear without bias",
        in -> in.get(0).linear(in.get(1), null),
        in -> Ref.matmul(in.get(0), in.get(1).permute(1, 0)),
        random(24, 3, 4),
        random(25, 5, 4));
  }

  @Test
  void convolutionsEqualLoops() {
    int[][] cases = { // kernel, stride, pad, dilation, groups
      {1, 1, 0, 1, 1},
      {3, 1, 1, 1, 1},
      {3, 2, 1, 1, 1},
      {3, 1, 2, 2, 1},
      {3, 1, 1, 1, 2},
      {1, 2, 0, 1, 1},
      {3, 1, 1, 1, 4},
      {2, 2, 0, 1, 1}
    };
    for (int[] c : cases) {
      var spec = new Conv2dSpec(c[1], c[1], c[2], c[2], c[3], c[3], c[4]);
      check(
          "conv2d" + Arrays.toString(c),
          in -> in.get(0).conv2d(in.get(1), in.get(2), spec),
          in -> in.get(0).conv2d(in.get(1), in.get(2), c[1], c[2], c[3], c[4]),
          random(26, 2, 4, 6, 7),
          random(27, 4, 4 / c[4], c[0], c[0]),
          random(28, 4));
    }
    check(
        "conv2d without bias",
        in -> in.get(0).conv2d(in.get(1), null, Conv2dSpec.of(2, 3)),
        in -> in.get(0).conv2d(in.get(1), null, 2, 3, 1, 1),
        random(29, 1, 3, 9, 8),
        random(30, 2, 3, 7, 7));
  }

  @Test
  void poolingEqualsLoops() {
    for (int[] c : new int[][] {{2, 2, 0}, {3, 2, 1}, {3, 1, 1}, {1, 1, 0}}) {
      Pool2dSpec spec = Pool2dSpec.of(c[0], c[1], c[2]);
      check(
          "maxPool" + Arrays.toString(c),
          in -> in.get(0).maxPool2d(spec),
          in -> in.get(0).pool(c[0], c[1], c[2], true),
          random(31, 2, 3, 7, 6));
      check(
          "avgPool" + Arrays.toString(c),
          in -> in.get(0).avgPool2d(spec),
          in -> in.get(0).pool(c[0], c[1], c[2], false),
          random(32, 2, 3, 7, 6));
    }
  }

  @Test
  void normalisationsEqualLoops() {
    for (int[] shape : new int[][] {{5}, {3, 8}, {2, 3, 33}, {0, 4}}) {
      int c = shape[shape.length - 1];
      check(
          "layerNorm" + Arrays.toString(shape),
          in -> in.get(0).layerNorm(in.get(1), in.get(2), 1e-5),
          in -> in.get(0).normalise(1e-5, in.get(1), in.get(2), shape.length - 1),
          random(33, shape),
          random(34, c),
          random(35, c));
    }
    check(
        "groupNorm",
        in -> in.get(0).groupNorm(2, in.get(1), in.get(2), 1e-5),
        in ->
            in.get(0)
                .reshape(2, 2, 2, 3, 5)
                .normalise(1e-5, null, null, 2, 3, 4)
                .reshape(2, 4, 3, 5)
                .zip(in.get(1).reshape(4, 1, 1), (x, w) -> x * w)
                .zip(in.get(2).reshape(4, 1, 1), Double::sum),
        random(36, 2, 4, 3, 5),
        random(37, 4),
        random(38, 4));
    check(
        "groupNorm of a convolution with a large mean",
        10, // the mean over the deviation
        in ->
            in.get(0)
                .conv2d(in.get(1), in.get(2), Conv2dSpec.of(1, 0))
                .groupNorm(2, in.get(3), in.get(4), 1e-5),
        in ->
            in.get(0)
                .conv2d(in.get(1), in.get(2), 1, 0, 1, 1)
                .reshape(2, 2, 2, 9, 9)
                .normalise(1e-5, null, null, 2, 3, 4)
                .reshape(2, 4, 9, 9)
                .zip(in.get(3).reshape(4, 1, 1), (x, w) -> x * w)
                .zip(in.get(4).reshape(4, 1, 1), Double::sum),
        random(90, 2, 2, 9, 9),
        random(91, 4, 2, 1, 1),
        random(92, 9.0, 11.0, 4),
        random(93, 4),
        random(94, 4));
    check(
        "batchNorm",
        in -> in.get(0).batchNorm(in.get(1), in.get(2), 1e-5)[0],
        in ->
            in.get(0)
                .normalise(1e-5, in.get(1).reshape(3, 1, 1), in.get(2).reshape(3, 1, 1), 0, 2, 3),
        random(39, 2, 3, 4, 5),
        random(40, 3),
        random(41, 3));
  }

  @Test
  void softmaxEqualsLoops() {
    for (int d = 0; d < 3; d++) {
      int dim = d;
      check(
          "softmax" + d,
          in -> in.get(0).softmax(dim),
          in -> in.get(0).softmax(dim),
          random(42, 3, 4, 5));
      check(
          "logSoftmax" + d,
          in -> in.get(0).logSoftmax(dim),
          in -> in.get(0).softmax(dim).map(Math::log),
          random(43, 3, 4, 5));
    }
  }

  @Test
  void softmaxOfRowsOfEveryLengthEqualsLoops() {
    for (int n : new int[] {1, 12, 32, 33, 70}) {
      check(
          "softmax of " + n,
          in -> in.get(0).softmax(1),
          in -> in.get(0).softmax(1),
          random(70 + n, -40.0, 40.0, 3, n));
    }
  }

  @Test
  void aRowsSoftmaxAndGradientDoNotDependOnTheRowsBesideIt() {
    int rows = 1000;
    int n = 12;
    try (Scope scope = engine().scope()) {
      float[] x = new float[rows * n];
      float[] weights = new float[rows * n];
      for (int i = 0; i < x.length; i++) {
        int row = i / n;
        x[i] = row % 2 == 0 ? i % n * 5 % n : (row + i) % 17 - 20;
        weights[i] = row % 2 == 0 ? 1f / (1 + i % n) : row % 5 - i % 3;
      }
      Tensor in = engine().floats(x, rows, n).variable();
      Tensor y = in.softmax(1);
      y.mul(engine().floats(weights, rows, n)).sum().backward();
      float[] values = y.toFloats();
      float[] gradient = in.grad().toFloats();
      for (int i = 0; i < x.length; i++) {
        int first = i % n;
        if (i / n % 2 == 0) {
          assertEquals(values[first], values[i], 1e-6, "number " + i);
          assertEquals(gradient[first], gradient[i], 1e-6, "gradient " + i);
        }
      }
    }
  }

  @Test
  void whatIsBlockedGetsNoWeightAtAll() {
    for (int n : new int[] {5, 50}) {
      float[] row = new float[n];
      java.util.Arrays.fill(row, -1e9f);
      row[2] = 1;
      try (Scope scope = engine().scope()) {
        float[] y = engine().floats(row, 1, n).softmax(1).toFloats();
        for (int i = 0; i < n; i++) {
          assertEquals(i == 2 ? 1 : 0, y[i], "of " + n + ", number " + i);
        }
      }
    }
  }

  @Test
  void resizingEqualsLoops() {
    for (int[] to : new int[][] {{8, 10}, {3, 2}, {1, 1}, {4, 11}, {7, 5}}) {
      String at = Arrays.toString(to);
      Ref x = random(44, 2, 3, 4, 5);
      check(
          "bilinear" + at,
          in -> in.get(0).resize(to[0], to[1], ResizeMode.BILINEAR),
          in -> in.get(0).bilinear(to[0], to[1]),
          x);
      check(
          "nearest" + at,
          in -> in.get(0).resize(to[0], to[1], ResizeMode.NEAREST),
          in -> in.get(0).nearest(to[0], to[1]),
          x);
      check(
          "bicubic" + at,
          in -> in.get(0).resize(to[0], to[1], ResizeMode.BICUBIC),
          in -> in.get(0).bicubic(to[0], to[1]),
          x);
    }
  }

  @Test
  void gridSampleEqualsLoops() {
    check(
        "gridSample",
        in -> in.get(0).gridSample(in.get(1)),
        in -> in.get(0).gridSample(in.get(1)),
        random(45, 2, 3, 5, 6),
        random(46, -1.3, 1.3, 2, 4, 3, 2));
  }

  @Test
  void aClosedHostArrayIsRefused() {
    INDArray host = Nd4j.ones(org.nd4j.linalg.api.buffer.DataType.FLOAT, 3, 3);
    host.close();
    assertThrows(IllegalArgumentException.class, () -> engine().tensor(host));
  }

  @Test
  void changingTheShapeThatWasGivenDoesNotChangeTheTensor() {
    long[] shape = {2, 3};
    Tensor zeros = engine().zeros(shape);
    Tensor longs = engine().longs(new long[6], shape);
    shape[0] = 7;
    assertArrayEquals(new long[] {2, 3}, zeros.shape());
    assertArrayEquals(new long[] {2, 3}, longs.shape());
  }

  @Test
  void hostArraysArriveAndReturn() {
    // arange counts exactly; linspace arrives at 5.9999995.
    INDArray c =
        Nd4j.arange(1, 25).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT).reshape(2, 3, 4);
    Tensor t = engine().tensor(c);
    assertArrayEquals(new long[] {2, 3, 4}, t.shape());
    assertEquals(c, t.toHost());
    assertEquals(c.permute(2, 0, 1).dup('c'), engine().tensor(c.permute(2, 0, 1)).toHost());
    assertEquals(c.dup('f'), engine().tensor(c.dup('f')).toHost());
    assertArrayEquals(new float[] {5, 6, 7, 8}, t.select(0, 0).select(0, 1).toFloats());
    INDArray view = c.get(org.nd4j.linalg.indexing.NDArrayIndex.point(1));
    assertArrayEquals(new float[] {14, 18, 22}, engine().tensor(view).select(1, 1).toFloats());
  }

  @Test
  void integersKeepTheirValues() {
    long big = 1L << 40;
    Tensor x = engine().longs(new long[] {big, -3, 7}, 3);
    assertArrayEquals(new long[] {big + 1, -2, 8}, x.add(1).toLongs());
    assertArrayEquals(new long[] {2 * big, -6, 14}, x.add(x).toLongs());
    assertEquals(big + 4, x.sum().toLongs()[0]);
    assertArrayEquals(new long[] {3, 4, 5}, engine().arange(3, 6).toLongs());
  }
}

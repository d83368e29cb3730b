package org.maskwright.engine.nd4j.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * Random calls give on ND4J's operations what they give on the kernels: type, shape, values,
 * gradients, or a refusal. Longer: {@code -Dmaskwright.agree=100000}, calls of each kind.
 */
class OperationsAgreeTest {
  private static final int CALLS = Integer.getInteger("maskwright.agree", 25);

  /** Of the largest magnitude; sums of a few dozen float32. */
  private static final double TOLERANCE = 2e-5;

  /** One rounding of bfloat16, as products of them are sums in another order. */
  private static final double HALF_TOLERANCE = 1e-2;

  /** A result, or the name of the exception in its place. */
  private record Answer(DType dtype, List<Long> shape, List<Float> values, String refusal) {
    static Answer of(Tensor t) {
      List<Float> values = new ArrayList<>();
      for (float value : t.cast(DType.FLOAT32).toFloats()) {
        values.add(value);
      }
      return new Answer(t.dtype(), Arrays.stream(t.shape()).boxed().toList(), values, "");
    }
  }

  private static List<Answer> answers(Engine engine, long seed, Function<Draw, Tensor> call) {
    try (Scope scope = engine.scope()) {
      Draw draw = new Draw(engine, RandomStream.of(seed, "agree"));
      Tensor y = call.apply(draw);
      List<Answer> out = new ArrayList<>();
      out.add(Answer.of(y));
      if (y.requiresGrad()) {
        y.mul(draw.floats(y.shape())).sum().backward();
        draw.variables().stream()
            .map(Tensor::grad)
            .filter(grad -> grad != null)
            .forEach(grad -> out.add(Answer.of(grad)));
      }
      return out;
    } catch (EngineException | IllegalArgumentException e) {
      return List.of(new Answer(null, List.of(), List.of(), e.getClass().getSimpleName()));
    }
  }

  private static void assertAgree(String what, List<Answer> expected, List<Answer> got) {
    assertEquals(expected.size(), got.size(), what + ": gradients");
    for (int i = 0; i < expected.size(); i++) {
      Answer e = expected.get(i);
      Answer g = got.get(i);
      String which = what + (i == 0 ? "" : ", gradient " + i) + " of " + e.dtype() + e.shape();
      assertEquals(e.refusal(), g.refusal(), which);
      assertEquals(e.dtype(), g.dtype(), which);
      assertEquals(e.shape(), g.shape(), which);
      double largest = 1;
      for (float value : e.values()) {
        largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
      }
      boolean exact = e.dtype() != null && !e.dtype().isFloating();
      boolean half = e.dtype() != null && e.dtype().isHalf();
      double tolerance = exact ? 0 : largest * (half ? HALF_TOLERANCE : TOLERANCE);
      for (int k = 0; k < e.values().size(); k++) {
        assertEquals(e.values().get(k), g.values().get(k), tolerance, which + ", element " + k);
      }
    }
  }

  private static void agree(Map<String, Function<Draw, Tensor>> calls) {
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    int refused = 0;
    try (Engine kernels = Engine.open(options.withBackend("nd4j"));
        Engine operations = Engine.open(options.withBackend(OperationsProvider.NAME))) {
      for (Map.Entry<String, Function<Draw, Tensor>> call : calls.entrySet()) {
        for (int seed = 0; seed < CALLS; seed++) {
          List<Answer> expected = answers(kernels, seed, call.getValue());
          List<Answer> got = answers(operations, seed, call.getValue());
          assertAgree(call.getKey() + ", seed " + seed, expected, got);
          refused += expected.get(0).refusal().isEmpty() ? 0 : 1;
        }
      }
    }
    assertTrue(refused < calls.size() * CALLS / 3, refused + " refused: nothing is compared");
  }

  @Test
  void functionsOfElements() {
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    Map<String, Function<Tensor, Tensor>> functions = new TreeMap<>();
    functions.put("neg", Tensor::neg);
    functions.put("abs", Tensor::abs);
    functions.put("exp", Tensor::exp);
    functions.put("log", Tensor::log);
    functions.put("sqrt", Tensor::sqrt);
    functions.put("rsqrt", Tensor::rsqrt);
    functions.put("square", Tensor::square);
    functions.put("reciprocal", Tensor::reciprocal);
    functions.put("tanh", Tensor::tanh);
    functions.put("sigmoid", Tensor::sigmoid);
    functions.put("relu", Tensor::relu);
    functions.put("gelu", Tensor::gelu);
    functions.put("softplus", Tensor::softplus);
    functions.put("erf", Tensor::erf);
    functions.put("floor", Tensor::floor);
    functions.put("round", Tensor::round);
    functions.put("sign", Tensor::sign);
    functions.put("isFinite", Tensor::isFinite);
    functions.put("clamp", x -> x.clamp(-0.7, 1.2));
    functions.put("pow", x -> x.pow(2));
    functions.put("less", x -> x.lt(0.5));
    functions.forEach(
        (name, function) -> {
          calls.put(name, draw -> function.apply(draw.any(draw.shape())));
          calls.put(name + " with gradient", draw -> function.apply(draw.variable(draw.shape())));
        });
    calls.put("not", draw -> draw.any(DType.BOOL, draw.shape()).not());
    for (DType dtype : DType.values()) {
      calls.put("cast to " + dtype, draw -> draw.any(draw.shape()).cast(dtype));
    }
    agree(calls);
  }

  @Test
  void functionsOfTwo() {
    interface Binary {
      Tensor of(Tensor a, Tensor b);
    }
    Map<String, Binary> functions = new TreeMap<>();
    functions.put("add", Tensor::add);
    functions.put("sub", Tensor::sub);
    functions.put("mul", Tensor::mul);
    functions.put("div", Tensor::div);
    functions.put("maximum", Tensor::maximum);
    functions.put("minimum", Tensor::minimum);
    functions.put("eq", Tensor::eq);
    functions.put("ne", Tensor::ne);
    functions.put("lt", Tensor::lt);
    functions.put("le", Tensor::le);
    functions.put("gt", Tensor::gt);
    functions.put("ge", Tensor::ge);
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    functions.forEach(
        (name, function) -> {
          calls.put(
              name,
              draw -> {
                Tensor a = draw.any(draw.shape());
                return function.of(a, draw.any(a.dtype(), draw.beside(a.shape())));
              });
          calls.put(
              name + " with gradient",
              draw -> {
                Tensor a = draw.variable(draw.shape());
                return function.of(a, draw.variable(draw.beside(a.shape())));
              });
        });
    calls.put(
        "where",
        draw -> {
          Tensor condition = draw.any(DType.BOOL, draw.shape());
          Tensor a = draw.variable(draw.beside(condition.shape()));
          return condition.where(a, draw.variable(draw.beside(condition.shape())));
        });
    agree(calls);
  }

  private static Tensor some(Draw draw) {
    return draw.any(draw.shape(draw.of(1, 4)));
  }

  @Test
  void whatIsTakenAlongAxes() {
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    calls.put("sum", draw -> along(draw, some(draw), Tensor::sum));
    calls.put("mean", draw -> along(draw, draw.variable(draw.shape(3)), Tensor::mean));
    calls.put("max", draw -> along(draw, some(draw), Tensor::max));
    calls.put("min", draw -> along(draw, some(draw), Tensor::min));
    calls.put("any", draw -> along(draw, draw.any(DType.BOOL, draw.shape(3)), Tensor::any));
    calls.put("all", draw -> along(draw, draw.any(DType.BOOL, draw.shape(3)), Tensor::all));
    calls.put("max with gradient", draw -> along(draw, draw.variable(draw.shape(3)), Tensor::max));
    calls.put("argMax", draw -> one(draw, some(draw), Tensor::argMax));
    calls.put("cumSum", draw -> one(draw, some(draw), Tensor::cumSum));
    calls.put("softmax", draw -> one(draw, draw.oddFloats(draw.shape(3)), Tensor::softmax));
    calls.put(
        "logSoftmax with gradient",
        draw -> one(draw, draw.variable(draw.shape(3)), Tensor::logSoftmax));
    for (int part : new int[] {0, 1}) {
      calls.put("topK " + part, draw -> some(draw).topK(draw.of(1, 3))[part]);
    }
    agree(calls);
  }

  private interface Along {
    Tensor of(Tensor x, int... dims);
  }

  private static Tensor along(Draw draw, Tensor x, Along function) {
    return function.of(x, draw.axes(x));
  }

  private interface One {
    Tensor of(Tensor x, int dim);
  }

  private static Tensor one(Draw draw, Tensor x, One function) {
    return function.of(x, draw.axis(x));
  }

  @Test
  void partsAndOrder() {
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    calls.put(
        "slice",
        draw -> {
          Tensor x = draw.any(draw.shape(3));
          int dim = draw.axis(x);
          int start = draw.of(0, x.intSize(dim));
          return x.slice(dim, start, draw.of(start, x.intSize(dim)), draw.of(1, 2));
        });
    calls.put("transpose", draw -> draw.any(draw.shape(4)).transpose(draw.of(0, 3), draw.of(0, 3)));
    calls.put(
        "concat",
        draw -> {
          Tensor x = draw.any(draw.shape(3));
          return Tensor.concat(draw.axis(x), x, x, draw.any(x.dtype(), x.shape()));
        });
    calls.put(
        "pad",
        draw -> {
          Tensor x = draw.any(draw.shape(2));
          long[] before = {draw.of(0, 2), draw.of(0, 2)};
          return x.pad(before, new long[] {draw.of(0, 2), 0}, 1);
        });
    calls.put(
        "gather",
        draw -> {
          Tensor x = draw.variable(draw.of(1, 4), draw.of(1, 4), draw.of(1, 4));
          int dim = draw.axis(x);
          long[] shape = x.shape();
          shape[dim] = draw.of(0, 5);
          return x.gather(dim, draw.index(x.size(dim), shape));
        });
    calls.put(
        "gather of any",
        draw -> {
          Tensor x = draw.any(3, 4);
          return x.gather(1, draw.index(4, 3, draw.of(1, 5)));
        });
    calls.put(
        "indexSelect",
        draw -> {
          Tensor x = draw.variable(draw.of(1, 4), draw.of(1, 4), draw.of(1, 4));
          int dim = draw.axis(x);
          return x.indexSelect(dim, draw.index(x.size(dim), draw.of(0, 5)));
        });
    agree(calls);
  }

  @Test
  void layers() {
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    calls.put(
        "matmul",
        draw -> {
          long[] a = draw.shape(draw.of(2, 4));
          long[] b = draw.coin() ? a.clone() : new long[] {1, 1};
          b[b.length - 2] = a[a.length - 1];
          b[b.length - 1] = draw.of(1, 4);
          return draw.variable(a).matmul(draw.variable(b));
        });
    calls.put(
        "linear",
        draw -> {
          Tensor x = draw.variable(draw.shape(draw.of(1, 3)));
          int outputs = draw.of(1, 4);
          Tensor w = draw.variable(outputs, x.size(x.rank() - 1));
          return x.linear(w, draw.coin() ? draw.variable(outputs) : null);
        });
    calls.put("conv2d", OperationsAgreeTest::convolution);
    calls.put("maxPool2d", draw -> image(draw).maxPool2d(window(draw)));
    calls.put("avgPool2d", draw -> image(draw).avgPool2d(window(draw)));
    calls.put(
        "layerNorm",
        draw -> {
          Tensor x = draw.variable(draw.shape(draw.of(1, 3)));
          long n = x.size(x.rank() - 1);
          return x.layerNorm(draw.variable(n), draw.variable(n), 1e-3);
        });
    calls.put(
        "groupNorm",
        draw -> {
          Tensor x = draw.variable(draw.of(1, 3), 4, draw.of(1, 4), draw.of(1, 4));
          return x.groupNorm(1 << draw.of(0, 2), draw.variable(4), draw.variable(4), 1e-3);
        });
    calls.put(
        "batchNorm",
        draw -> {
          Tensor x = draw.variable(draw.of(1, 3), 3, draw.of(1, 4), draw.of(1, 4));
          return x.batchNorm(draw.variable(3), draw.variable(3), 1e-3)[0];
        });
    for (ResizeMode mode : ResizeMode.values()) {
      calls.put("resize " + mode, draw -> image(draw).resize(draw.of(1, 9), draw.of(1, 9), mode));
    }
    calls.put(
        "gridSample",
        draw -> {
          Tensor x = draw.variable(2, draw.of(1, 3), draw.of(1, 5), draw.of(1, 5));
          return x.gridSample(draw.variable(2, draw.of(1, 4), draw.of(1, 4), 2));
        });
    agree(calls);
  }

  private static Tensor image(Draw draw) {
    return draw.variable(draw.of(1, 2), draw.of(1, 3), draw.of(1, 6), draw.of(1, 6));
  }

  /** No larger than the image, padding included. */
  private static Pool2dSpec window(Draw draw) {
    int size = draw.of(1, 3);
    return Pool2dSpec.of(size, draw.of(1, 3), draw.of(0, size / 2));
  }

  private static Tensor convolution(Draw draw) {
    int groups = draw.of(1, 3);
    Tensor x = draw.variable(draw.of(1, 2), 2L * groups, draw.of(3, 8), draw.of(3, 8));
    int kernel = draw.of(1, 3);
    int outputs = groups * draw.of(1, 2);
    Tensor w = draw.variable(outputs, 2, kernel, kernel);
    int stride = draw.of(1, 3);
    int pad = draw.of(0, 2);
    int dilation = draw.of(1, 2);
    Conv2dSpec spec = new Conv2dSpec(stride, stride, pad, pad, dilation, dilation, groups);
    return x.conv2d(w, draw.coin() ? draw.variable(outputs) : null, spec);
  }

  @Test
  void productsOfHalfTheWidth() {
    Map<String, Function<Draw, Tensor>> calls = new TreeMap<>();
    for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
      calls.put(
          "matmul of " + dtype,
          draw -> draw.floats(3, 4).cast(dtype).matmul(draw.floats(4, 2).cast(dtype)));
      calls.put(
          "conv2d of " + dtype,
          draw ->
              draw.floats(1, 2, 4, 4)
                  .cast(dtype)
                  .conv2d(draw.floats(3, 2, 3, 3).cast(dtype), null, Conv2dSpec.of(1, 1)));
      calls.put("softmax of " + dtype, draw -> draw.floats(3, 4).cast(dtype).softmax(1));
    }
    agree(calls);
  }
}

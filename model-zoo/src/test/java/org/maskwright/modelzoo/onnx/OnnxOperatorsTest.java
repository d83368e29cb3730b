package org.maskwright.modelzoo.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.engine.trace.OnnxGraph;

/** Each operation of the engine, recorded and run by onnxruntime. */
class OnnxOperatorsTest {
  private static final long[] X = {2, 4, 6, 5};
  private static final long[] Y = {2, 4, 5, 3};
  private static final float ROUNDING = 2e-5f;

  @TempDir private Path folder;

  private static Map<String, BinaryOperator<Tensor>> operations() {
    Map<String, BinaryOperator<Tensor>> all = new LinkedHashMap<>();
    elementwise(all);
    comparisons(all);
    reductions(all);
    shapes(all);
    layers(all);
    return all;
  }

  private static void elementwise(Map<String, BinaryOperator<Tensor>> all) {
    all.put("arithmetic", (x, y) -> x.add(x.mul(3)).sub(2).div(x.abs().add(1)).neg());
    all.put("broadcasting", (x, y) -> x.mul(x.slice(1, 0, 1).slice(3, 2, 3)));
    all.put("a constant before the input", (x, y) -> x.engine().ones(4, 1, 1).sub(x));
    all.put("power", (x, y) -> x.abs().add(0.1).pow(1.7));
    all.put("exponential", (x, y) -> x.exp().add(x.abs().add(0.5).log()));
    all.put("roots", (x, y) -> x.abs().add(0.5).sqrt().add(x.abs().add(0.5).rsqrt()));
    all.put("square and reciprocal", (x, y) -> x.square().add(1).reciprocal());
    all.put("circle", (x, y) -> x.sin().add(x.cos()));
    all.put("squashing", (x, y) -> x.tanh().add(x.sigmoid()).add(x.relu()));
    all.put("gelu", (x, y) -> x.gelu());
    all.put("softplus and erf", (x, y) -> x.softplus().add(x.erf()));
    all.put("rounding", (x, y) -> x.mul(3).floor().add(x.mul(3).round()).add(x.sign()));
    all.put("clamp", (x, y) -> x.clamp(-0.5, 0.7).add(x.clamp(Double.NEGATIVE_INFINITY, 0.1)));
    all.put("larger and smaller", (x, y) -> x.maximum(x.neg()).add(x.minimum(x.mul(2))));
    all.put("types", (x, y) -> x.mul(5).cast(DType.INT64).mul(3).cast(DType.FLOAT32));
  }

  private static void comparisons(Map<String, BinaryOperator<Tensor>> all) {
    all.put("less", (x, y) -> x.lt(0.3).and(x.le(0.2)).or(x.gt(0.9)));
    all.put("equal", (x, y) -> x.sign().eq(x.relu().sign()).or(x.ne(x.abs())).not());
    all.put("choice", (x, y) -> x.ge(0).where(x, x.mul(10)));
    all.put("choice of bools", (x, y) -> x.ge(0).where(x.lt(0.5), x.lt(-0.5)));
    all.put(
        "choice of numbers", (x, y) -> x.ge(0).where(x.engine().scalar(1), x.engine().scalar(2)));
    all.put("finite", (x, y) -> x.sub(x.slice(3, 0, 1)).reciprocal().isFinite());
  }

  private static void reductions(Map<String, BinaryOperator<Tensor>> all) {
    all.put("sum", (x, y) -> x.sum(1, 3));
    all.put("sum of bools", (x, y) -> x.gt(0).sum(2));
    all.put("mean", (x, y) -> x.mean(2));
    all.put("largest", (x, y) -> x.max(1));
    all.put("smallest", (x, y) -> x.min(2));
    all.put("any", (x, y) -> x.gt(1).anyKeep(3));
    all.put("all", (x, y) -> x.gt(-1).all(3));
    all.put("place of the largest", (x, y) -> x.argMax(2));
    all.put("running sum", (x, y) -> x.cumSum(2));
    all.put("largest few", (x, y) -> x.topK(3)[0].add(x.topK(3)[1].cast(DType.FLOAT32)));
    all.put("softmax", (x, y) -> x.softmax(1).add(x.logSoftmax(2)));
  }

  private static void shapes(Map<String, BinaryOperator<Tensor>> all) {
    all.put("reshape and permute", (x, y) -> x.permute(0, 2, 3, 1).reshape(12, 20));
    all.put("expand", (x, y) -> x.slice(2, 0, 1).expand(2, 4, 7, 5));
    all.put("slice", (x, y) -> x.slice(2, 1, 6, 2));
    all.put("concat", (x, y) -> Tensor.concat(2, x, x.engine().ones(2, 4, 1, 5), x.neg()));
    all.put("roll", (x, y) -> x.roll(3, 2));
    all.put("pad", (x, y) -> x.pad(new long[] {0, 0, 1, 0}, new long[] {0, 1, 2, 3}, 7));
    all.put("pad of bools", (x, y) -> x.gt(0).pad(new long[4], new long[] {0, 0, 1, 0}, 1));
    all.put("gather", (x, y) -> x.gather(2, x.topK(2)[1].slice(2, 0, 3).slice(3, 0, 2)));
    all.put("select", (x, y) -> x.indexSelect(1, x.engine().longs(new long[] {3, 0, 0}, 3)));
    all.put(
        "select from a constant",
        (x, y) -> x.engine().arange(0, 8).mul(2).indexSelect(0, x.argMax(2).reshape(40)));
  }

  private static void layers(Map<String, BinaryOperator<Tensor>> all) {
    all.put("product", (x, y) -> x.matmul(y));
    all.put("product with a transposed", (x, y) -> y.transpose(2, 3).matmulTransposed(x));
    all.put("product with a constant", (x, y) -> x.matmul(random(x.engine(), 5, 3)));
    all.put(
        "product of a constant, transposed",
        (x, y) -> random(x.engine(), 3, 5).matmulTransposed(x));
    all.put("linear", (x, y) -> x.linear(random(x.engine(), 7, 5), random(x.engine(), 7)));
    all.put("linear without bias", (x, y) -> x.linear(random(x.engine(), 7, 5), null));
    all.put(
        "convolution",
        (x, y) ->
            x.conv2d(
                random(x.engine(), 6, 2, 3, 2),
                random(x.engine(), 6),
                new Conv2dSpec(2, 1, 2, 1, 2, 1, 2)));
    all.put("largest of windows", (x, y) -> x.maxPool2d(Pool2dSpec.of(3, 2, 1)));
    all.put("mean of windows", (x, y) -> x.avgPool2d(Pool2dSpec.of(3, 2, 1)));
    all.put(
        "normalisation of layers",
        (x, y) -> x.layerNorm(random(x.engine(), 5), random(x.engine(), 5), 1e-3));
    all.put(
        "normalisation of groups",
        (x, y) -> x.groupNorm(2, random(x.engine(), 4), random(x.engine(), 4), 1e-3));
    for (ResizeMode mode : ResizeMode.values()) {
      all.put("up, " + mode, (x, y) -> x.resize(13, 7, mode));
      all.put("down, " + mode, (x, y) -> x.resize(4, 3, mode));
      all.put("to one, " + mode, (x, y) -> x.resize(1, 1, mode));
    }
    all.put("sampling", (x, y) -> x.gridSample(y.slice(1, 0, 3).slice(3, 0, 2).mul(1.2)));
    all.put("attention", (x, y) -> Attention.scaledDotProduct(x, x, x.mul(2), null, null));
    all.put(
        "attention with a mask, one row nowhere",
        (x, y) -> {
          Tensor rows = x.engine().arange(0, 6).reshape(6, 1).eq(x.engine().longs(new long[] {2}));
          Tensor blocked = x.slice(3, 0, 1).matmulTransposed(x.slice(3, 1, 2)).gt(0.2).or(rows);
          return Attention.scaledDotProduct(x, x, x, blocked, null);
        });
  }

  private static Stream<String> names() {
    return operations().keySet().stream();
  }

  private static Tensor random(Engine engine, long... shape) {
    return engine.normal(RandomStream.of(7, "weights"), 0, 1, shape);
  }

  private static float[] values(String name, long[] shape) {
    int count = (int) (shape[0] * shape[1] * shape[2] * shape[3]);
    return RandomStream.of(3, name).normal(count, 0, 1);
  }

  @ParameterizedTest
  @MethodSource("names")
  void theRecordedOperationComputesWhatTheEngineDoes(String name) throws OrtException {
    BinaryOperator<Tensor> operation = operations().get(name);
    float[] x = values("x", X);
    float[] y = values("y", Y);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      OnnxGraph graph = record(recording, operation);
      Onnxruntime.Output got =
          Onnxruntime.run(
                  folder,
                  graph,
                  Map.of("x", new Onnxruntime.Input(x, X), "y", new Onnxruntime.Input(y, Y)))
              .get("z");
      try (var off = engine.noGrad();
          var scope = engine.scope()) {
        Tensor expected = operation.apply(engine.floats(x, X), engine.floats(y, Y));
        assertArrayEquals(expected.shape(), got.shape());
        float[] want = expected.cast(DType.FLOAT32).toFloats();
        for (int i = 0; i < want.length; i++) {
          assertEquals(want[i], got.values()[i], ROUNDING * Math.max(1, Math.abs(want[i])));
        }
      }
    }
  }

  private static OnnxGraph record(Recording recording, BinaryOperator<Tensor> operation) {
    Map<String, long[]> inputs = new LinkedHashMap<>();
    inputs.put("x", X);
    inputs.put("y", Y);
    return recording.record(
        inputs, Map.of(), in -> Map.of("z", operation.apply(in.get("x"), in.get("y"))));
  }

  @Test
  void whatDependsOnNoInputIsAConstant() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      OnnxGraph graph =
          record(recording, (x, y) -> x.add(x.engine().arange(0, 5).cast(DType.FLOAT32).exp()));
      assertEquals(2, graph.nodes().size(), graph.nodes().toString()); // the sum and its name
      float[] constant = graph.constants().values().iterator().next().floats();
      assertEquals((float) Math.E, constant[1], 1e-6f);
    }
  }

  @Test
  void aChoiceByAValueOfAnInputIsRefused() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      EngineException refused =
          assertThrows(
              EngineException.class,
              () -> record(recording, (x, y) -> x.sum().item() > 0 ? x : x.neg()));
      assertTrue(refused.getMessage().contains("depends on an input"), refused.getMessage());
    }
  }
}

package org.maskwright.modelzoo.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.engine.trace.OnnxType;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;

/** Graphs that compute with bytes, beside those that they were made of. */
class Int8GraphTest {
  private static final long[] SHAPE = {1, 3, 64, 96};
  private static final int PICTURES = 2;

  @TempDir private Path folder;

  private record Both(OnnxGraph exact, Int8Plan plan, OnnxGraph rounded) {}

  private static float[] pixels(int picture) {
    int count = (int) (SHAPE[1] * SHAPE[2] * SHAPE[3]);
    return RandomStream.of(picture, "pixels").normal(count, 0, 1);
  }

  private static Map<String, Onnxruntime.Input> input(int picture) {
    return Map.of(OnnxModel.PIXELS, new Onnxruntime.Input(pixels(picture), SHAPE));
  }

  private Path written(String name, OnnxGraph graph) {
    Path file = folder.resolve(name + ".onnx");
    OnnxFile.write(file, graph, Map.of(), "test", "1");
    return file;
  }

  private Both both(Recording recording, String name) throws OrtException {
    try (SegmentationModel model =
        SegmentationModels.build(
            recording.engine(), TinyModels.all().get(name), ClassSpace.ofSize(3))) {
      OnnxSizes sizes = OnnxSizes.of(1, (int) SHAPE[2], (int) SHAPE[3]);
      OnnxGraph exact = OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS);
      Int8Plan plan = Int8Plan.of(exact);
      Int8Calibration calibration = new Int8Calibration(plan);
      Path ranges = written("ranges", calibration.ranges());
      for (int i = 0; i < PICTURES; i++) {
        var said = Onnxruntime.run(ranges, input(i));
        calibration.seeRanges(
            floats(said.get(Int8Calibration.LEAST)), floats(said.get(Int8Calibration.MOST)));
      }
      Path errors = written("errors", calibration.errors());
      for (int i = 0; i < PICTURES; i++) {
        calibration.seeErrors(
            floats(Onnxruntime.run(errors, input(i)).get(Int8Calibration.ERRORS)));
      }
      return new Both(exact, plan, Int8Graph.of(plan, calibration.best()));
    }
  }

  private static float[] floats(Onnxruntime.Output output) {
    float[] out = new float[output.values().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) output.values()[i];
    }
    return out;
  }

  /** Root of the mean squared difference, relative to the spread of what is expected. */
  private static double difference(double[] expected, double[] got) {
    double mean = 0;
    for (double value : expected) {
      mean += value / expected.length;
    }
    double squares = 0;
    double spread = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += (expected[i] - got[i]) * (expected[i] - got[i]);
      spread += (expected[i] - mean) * (expected[i] - mean);
    }
    return Math.sqrt(squares / spread);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"eomt DINOV2_PATCHES", "eomt DINOV3", "pyramid", "per-pixel", "mobilenet"})
  void everyOperationOfThePlanRunsOnBytesAndComputesNearlyWhatFloatsDo(String name)
      throws OrtException, IOException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Both both = both(recording, name);
      Path file = written("rounded", both.rounded());
      assertTrue(both.plan().count() > 0);
      assertTrue(both.plan().count() < both.plan().weighted());
      assertEquals(
          both.plan().count(),
          Onnxruntime.count(file, "QGemm") + Onnxruntime.count(file, "QLinearConv"),
          name);
      var exact = Onnxruntime.run(written("exact", both.exact()), input(0));
      var rounded = Onnxruntime.run(file, input(0));
      double masks =
          difference(
              exact.get(OnnxModel.MASK_LOGITS).values(),
              rounded.get(OnnxModel.MASK_LOGITS).values());
      assertTrue(masks < 0.3, name + ": masks differ by " + masks);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"eomt DINOV2_PATCHES", "per-pixel"})
  void aRuntimeWithoutBytesComputesTheSame(String name) throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Path file = written("rounded", both(recording, name).rounded());
      var bytes = Onnxruntime.run(file, input(1));
      var floats = Onnxruntime.run(file, OptLevel.NO_OPT, input(1));
      for (String output : List.of(OnnxModel.CLASS_LOGITS, OnnxModel.MASK_LOGITS)) {
        // A value halfway between two bytes may fall to the other one.
        double between = difference(floats.get(output).values(), bytes.get(output).values());
        assertTrue(between < 0.02, output + " differs by " + between);
      }
    }
  }

  @Test
  void sumsOfTwoProductsFitIntoSixteenBits() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      for (OnnxConstant constant : both(recording, "per-pixel").rounded().constants().values()) {
        if (constant.type() == OnnxType.INT8) {
          ByteBuffer bytes = constant.bytes();
          while (bytes.hasRemaining()) {
            assertTrue(2 * 255 * Math.abs(bytes.get()) <= Short.MAX_VALUE, constant.name());
          }
        }
      }
    }
  }

  @Test
  void noFloatOfARoundedWeightIsLeft() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Both both = both(recording, "eomt DINOV2_PATCHES");
      for (Int8Plan.Operation operation : both.plan().operations().values()) {
        assertTrue(!both.rounded().constants().containsKey(operation.weight()));
      }
      long exact = bytes(both.exact());
      assertTrue(bytes(both.rounded()) < exact, bytes(both.rounded()) + " of " + exact);
    }
  }

  private static long bytes(OnnxGraph graph) {
    return graph.constants().values().stream().mapToLong(OnnxConstant::size).sum();
  }

  @Test
  void pixelsAndHeadsStayFloats() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Both both = both(recording, "eomt DINOV2_PATCHES");
      List<OnnxNode> weighted =
          both.exact().nodes().stream()
              .filter(node -> List.of("Gemm", "Conv").contains(node.operator()))
              .toList();
      assertEquals(both.plan().weighted(), weighted.size());
      OnnxNode patches = weighted.get(0);
      assertEquals("Conv", patches.operator());
      assertTrue(!both.plan().operations().containsKey(patches.outputs().get(0)));
      for (OnnxNode node : weighted) {
        boolean head = node.inputs().get(1).endsWith("class_embed.weight");
        assertTrue(!head || !both.plan().operations().containsKey(node.outputs().get(0)));
      }
    }
  }

  /** Two products with a rectifier between them. */
  private static Int8Plan threeProducts(Recording recording, double bias) {
    Map<String, long[]> inputs = new LinkedHashMap<>();
    inputs.put(OnnxModel.PIXELS, new long[] {2, 4});
    Engine engine = recording.engine();
    return Int8Plan.of(
        recording.record(
            inputs,
            Map.of(),
            in -> {
              Tensor x = in.get(OnnxModel.PIXELS).linear(engine.ones(3, 4), engine.zeros(3));
              Tensor y = x.linear(engine.zeros(2, 3), engine.zeros(2).add(bias));
              return Map.of("y", y.linear(engine.ones(2, 2), null));
            }));
  }

  @Test
  void thePartOfTheRangeWithTheLeastErrorIsTaken() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Int8Calibration calibration = new Int8Calibration(threeProducts(recording, 0));
      assertThrows(IllegalStateException.class, calibration::errors);
      calibration.seeRanges(new float[] {-1}, new float[] {4});
      calibration.seeRanges(new float[] {-2}, new float[] {1});
      calibration.seeErrors(new float[] {9, 8, 3, 1, 2, 8, 9, 9});
      calibration.seeErrors(new float[] {9, 8, 1, 2, 2, 8, 9, 9});
      Int8Range best = calibration.best().values().iterator().next();
      assertEquals(-1.4, best.least(), 1e-6);
      assertEquals(2.8, best.most(), 1e-6);
      assertThrows(
          IllegalArgumentException.class,
          () -> calibration.seeRanges(new float[] {Float.NaN}, new float[] {1}));
      assertThrows(IllegalArgumentException.class, () -> calibration.seeErrors(new float[] {1, 2}));
    }
  }

  /** Channels without weights, as pruning leaves them. */
  @Test
  void aBiasBesideWeightsOfZeroIsKept() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine)) {
      Int8Plan plan = threeProducts(recording, 1234.5);
      Map<String, Int8Range> ranges = Map.of(plan.tensors().get(0), new Int8Range(-4, 4));
      Path file = written("rounded", Int8Graph.of(plan, ranges));
      double[] got =
          Onnxruntime.run(
                  file,
                  Map.of(OnnxModel.PIXELS, new Onnxruntime.Input(new float[8], new long[] {2, 4})))
              .get("y")
              .values();
      assertEquals(2469, got[0], 1e-3);
      assertThrows(IllegalArgumentException.class, () -> Int8Graph.of(plan, Map.of()));
    }
  }

  @Test
  void zeroHasAByteOfItsOwn() {
    for (Int8Range range :
        List.of(new Int8Range(-1, 3), new Int8Range(2, 5), new Int8Range(-7, -3))) {
      assertTrue(range.least() <= 0 && range.most() >= 0);
      assertTrue(range.zeroPoint() >= 0 && range.zeroPoint() <= 255, range.toString());
      float step = range.scale();
      assertTrue(Math.abs(step * (0 - range.zeroPoint()) - range.least()) <= step);
      assertTrue(Math.abs(step * (255 - range.zeroPoint()) - range.most()) <= step);
    }
    assertEquals(0, new Int8Range(0, 0).zeroPoint());
    assertTrue(new Int8Range(0, 0).scale() > 0);
    assertThrows(IllegalArgumentException.class, () -> new Int8Range(1, 0));
  }
}

package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.EfficientNetLitePart;
import org.maskwright.modelzoo.backbone.MobileNetV2Part;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Backbones against the networks whose weights they take: torchvision's MobileNetV2, and
 * EfficientNet-Lite of the package efficientnet-lite-pytorch; make_backbones.py made the golden
 * files. Sides are odd, where TensorFlow's padding is even, and even, where it is not.
 *
 * <p>The tolerance is float32 rounding over some thirty layers: 1e-4 of the largest value, for a
 * gradient of the largest norm among the gradients.
 */
class BackboneParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final String BACKBONE = "backbone.";
  private static final List<Integer> CHANNELS = List.of(8, 12, 16, 20, 24, 28, 32);
  private static final List<Integer> BLOCKS = List.of(1, 2, 1, 2, 1, 2, 1);

  @TempDir private Path folder;

  private static BackboneConfig config(String name, ResNetPart.Norm norm) {
    return name.equals("mobilenet-v2")
        ? new MobileNetV2Part.Settings(8, CHANNELS, BLOCKS, norm, false)
        : new EfficientNetLitePart.Settings(32, CHANNELS, BLOCKS, norm, false);
  }

  private static StateDict golden(String name) throws Exception {
    return Safetensors.read(
        Path.of(BackboneParityTest.class.getResource("backbone-" + name + ".safetensors").toURI()));
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet-v2, torch",
    "mobilenet-v2, nd4j",
    "efficientnet-lite, torch",
    "efficientnet-lite, nd4j"
  })
  void mapsAndGradientsAreThoseOfTheReference(String name, String backend) throws Exception {
    StateDict golden = golden(name);
    ImportedWeights weights = weights(golden);
    assertEquals(List.of(), weights.unexpected());
    assertEquals(
        config(name, ResNetPart.Norm.FROZEN), DeducedArchitecture.of(weights.state()).backbone());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone =
            SegmentationModels.backbone(engine, config(name, ResNetPart.Norm.FROZEN));
        var scope = engine.scope()) {
      load(backbone, weights.state());
      Tensor pixels = tensor(engine, golden.get("pixels")).variable();
      List<Tensor> maps = backbone.forward(pixels);
      assertMaps(golden, "map.%d", maps);
      assertMaps(
          golden,
          "map.%d of 64x96",
          backbone.forward(tensor(engine, golden.get("pixels of 64x96"))));
      Tensor total = engine.scalar(0);
      for (Tensor map : maps) {
        total = total.add(weighted(map));
      }
      total.backward();
      assertClose("gradient of pixels", golden.get("grad.pixels").toFloatArray(), pixels.grad());
      assertGradients(weights.family().translate(part(golden, "grad.")).state(), backbone);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet-v2, torch",
    "mobilenet-v2, nd4j",
    "efficientnet-lite, torch",
    "efficientnet-lite, nd4j"
  })
  void trainedNormalisationIsByTheBatchAsInTheReference(String name, String backend)
      throws Exception {
    StateDict golden = golden(name);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone =
            SegmentationModels.backbone(engine, config(name, ResNetPart.Norm.BATCH));
        var scope = engine.scope()) {
      load(backbone, weights(golden).state());
      backbone.setTraining(true);
      assertMaps(golden, "train.map.%d", backbone.forward(tensor(engine, golden.get("pixels"))));
    }
  }

  /** By the way of a user's: a file, its family found out, its names translated. */
  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    if (!Files.exists(file)) {
      Safetensors.write(file, part(golden, "state."));
    }
    return WeightImport.read(file);
  }

  private static void load(Backbone backbone, StateDict state) {
    Map<String, Parameter> own = backbone.state();
    TreeSet<String> names = new TreeSet<>();
    own.keySet().forEach(key -> names.add(BACKBONE + key));
    assertEquals(names, new TreeSet<>(state.keys()));
    own.forEach((key, p) -> p.set(state.get(BACKBONE + key).floats()));
  }

  private static StateDict part(StateDict all, String prefix) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    all.asMap()
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix) && !name.equals("grad.pixels")) {
                out.put(name.substring(prefix.length()), value);
              }
            });
    return StateDict.of(out);
  }

  private static Tensor tensor(Engine engine, HostTensor value) {
    return engine.floats(value.toFloatArray(), value.shape());
  }

  /** The sum of the values times cos(0.37 n), as the script has it. */
  private static Tensor weighted(Tensor t) {
    float[] cotangent = new float[Math.toIntExact(t.numel())];
    for (int n = 0; n < cotangent.length; n++) {
      cotangent[n] = (float) Math.cos(0.37 * n);
    }
    return t.mul(t.engine().floats(cotangent, t.shape())).sum();
  }

  private static void assertMaps(StateDict golden, String name, List<Tensor> maps) {
    assertEquals(4, maps.size());
    for (int i = 0; i < maps.size(); i++) {
      HostTensor expected = golden.get(name.formatted(i));
      Tensor map = maps.get(i);
      assertTrue(expected.hasShape(map.shape()), () -> expected + ", got " + map);
      assertClose(name.formatted(i), expected.toFloatArray(), map);
    }
  }

  private static void assertClose(String what, float[] expected, Tensor actual) {
    float[] got = actual.toFloats();
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], got[i], TOLERANCE * largest, what + " at " + i);
    }
  }

  private static void assertGradients(StateDict fingerprints, Backbone backbone) {
    double largest = 0;
    for (HostTensor value : fingerprints.values()) {
      largest = Math.max(largest, value.toFloatArray()[2]);
    }
    Map<String, Parameter> parameters = backbone.parameters();
    List<String> withGradient = new ArrayList<>();
    for (Map.Entry<String, HostTensor> entry : fingerprints.asMap().entrySet()) {
      String name = entry.getKey().substring(BACKBONE.length());
      float[] expected = entry.getValue().toFloatArray();
      double[] actual = fingerprint(parameters.get(name).grad().toFloats());
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], TOLERANCE * largest, "gradient of " + name);
      }
      withGradient.add(name);
    }
    parameters.forEach(
        (name, p) -> assertEquals(p.isTrainable(), withGradient.contains(name), name));
  }

  private static double[] fingerprint(float[] values) {
    double[] out = new double[3];
    double square = 0;
    for (int n = 0; n < values.length; n++) {
      out[0] += values[n] * Math.cos(0.37 * n);
      out[1] += values[n] * Math.sin(0.59 * n);
      square += (double) values[n] * values[n];
    }
    out[2] = Math.sqrt(square);
    return out;
  }
}

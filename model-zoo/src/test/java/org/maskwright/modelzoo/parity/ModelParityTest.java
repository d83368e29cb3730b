package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.decoder.PerPixelPlusPart;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.TransformerFpnPart;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Whole small models against Hugging Face transformers and, where those lack a part, MaskFormer's
 * own code on PyTorch; make_fixtures.py and make_official.py beside the golden files made them.
 * Tolerances are float32 rounding over some thirty layers: 1e-4 of the largest value.
 */
class ModelParityTest {
  private static final double TOLERANCE = 1e-4;

  /**
   * How far an output or gradient is from the reference's.
   *
   * @param part output, or the part of the model that a gradient belongs to
   * @param what name in the golden file
   * @param absolute largest difference
   * @param relative by the output's largest value; for a parameter's gradient by the largest norm
   *     among the gradients of its module's parameters: some are zero but for rounding (a key's
   *     bias moves no softmax), and rounding is that of the terms that cancel
   */
  record Difference(String part, String what, double absolute, double relative) {}

  private static final int CLASSES = 3;
  private static final List<String> FIXTURES =
      List.of(
          "mask2former-resnet",
          "mask2former-swin",
          "mask2former-wide-masks",
          "maskformer-resnet",
          "maskformer-swin",
          "maskformer-wide-masks",
          "maskformer-encoder",
          "per-pixel",
          "per-pixel-plus");

  private static final BackboneConfig BOTTLENECK =
      new ResNetPart.Settings(
          ResNetPart.Block.BOTTLENECK,
          List.of(1, 2, 1, 1),
          4,
          ResNetPart.Stem.BASIC,
          ResNetPart.Norm.FROZEN,
          false);
  private static final BackboneConfig BASIC =
      new ResNetPart.Settings(
          ResNetPart.Block.BASIC,
          List.of(1, 1, 1, 1),
          4,
          ResNetPart.Stem.BASIC,
          ResNetPart.Norm.FROZEN,
          false);
  private static final BackboneConfig SWIN =
      new SwinPart.Settings(4, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 3, 4, 0.3, false);

  private static ModelConfig config(String fixture) {
    BackboneConfig backbone =
        switch (fixture) {
          case "mask2former-resnet" -> BOTTLENECK;
          case "mask2former-swin", "maskformer-swin" -> SWIN;
          default -> BASIC;
        };
    PixelDecoderConfig pixelDecoder =
        switch (fixture) {
          case "mask2former-resnet", "mask2former-swin", "mask2former-wide-masks" ->
              new DeformablePart.Settings(2, 4, 4, 48, 0);
          case "maskformer-encoder" -> new TransformerFpnPart.Settings(2, 4, 48, 0);
          default -> new FpnPart.Settings();
        };
    DecoderConfig decoder =
        switch (fixture) {
          case "mask2former-resnet", "mask2former-swin", "mask2former-wide-masks" ->
              new MaskedAttentionPart.Settings(5, 4, 4, 48);
          case "per-pixel" -> new PerPixelPart.Settings();
          case "per-pixel-plus" -> new PerPixelPlusPart.Settings(3, 4, 48, 0);
          default -> new DetrPart.Settings(5, 3, 4, 48, 0);
        };
    int maskDim = fixture.endsWith("-wide-masks") ? 48 : 32;
    return new ModelConfig(32, maskDim, 1, backbone, pixelDecoder, decoder);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndGradientsEqualTheReference(String fixture, String backend) throws Exception {
    List<Difference> wrong = new ArrayList<>();
    for (Difference difference : compare(fixture, backend)) {
      if (!(difference.relative() <= TOLERANCE)) {
        wrong.add(difference);
      }
    }
    assertEquals(List.of(), wrong);
  }

  static Stream<Arguments> cases() {
    return FIXTURES.stream()
        .flatMap(fixture -> Stream.of("torch", "nd4j").map(b -> Arguments.of(fixture, b)));
  }

  /** The table of docs/parity.md. */
  public static void main(String[] args) throws Exception {
    System.out.println("| model | part | backend | max abs | relative |");
    System.out.println("|---|---|---|---|---|");
    for (String fixture : FIXTURES) {
      for (String backend : List.of("torch", "nd4j")) {
        Map<String, double[]> worst = new LinkedHashMap<>();
        for (Difference d : compare(fixture, backend)) {
          double[] most = worst.computeIfAbsent(d.part(), part -> new double[2]);
          most[0] = Math.max(most[0], d.absolute());
          most[1] = Math.max(most[1], d.relative());
        }
        worst.forEach(
            (part, most) ->
                System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %.1e | %.1e |%n",
                    fixture,
                    part,
                    backend,
                    most[0],
                    most[1]));
      }
    }
  }

  private static List<Difference> compare(String fixture, String backend) throws Exception {
    List<Difference> found = new ArrayList<>();
    StateDict golden =
        Safetensors.read(
            Path.of(ModelParityTest.class.getResource(fixture + ".safetensors").toURI()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, config(fixture), ClassSpace.ofSize(CLASSES))) {
      assertTrue(model.load(weights(golden), LoadPolicy.strict()).isExact());
      try (var step = engine.scope()) {
        Tensor pixels = tensor(engine, golden.get("pixels")).variable();
        Outputs predictions = model.forward(pixels);
        List<Outputs.Layer> layers = predictions.layers();
        Tensor total = engine.scalar(0);
        for (int i = 0; i < layers.size(); i++) {
          Outputs.Layer layer = layers.get(i);
          if (golden.contains("class." + i)) { // a model of pixels learns none
            found.add(difference("class logits", golden, "class." + i, layer.classLogits()));
            total = total.add(weighted(layer.classLogits()));
          }
          found.add(difference("mask logits", golden, "mask." + i, layer.imageMaskLogits()));
          total = total.add(weighted(layer.imageMaskLogits()));
        }
        assertTrue(!golden.contains("mask." + layers.size()), "the reference has more outputs");
        total.backward();
        found.add(difference("gradient of pixels", golden, "grad.pixels", pixels.grad()));
        gradients(golden, model, found);
        lastLayerAlone(golden, model, layers.size() - 1, found);
      }
    }
    return found;
  }

  private static void lastLayerAlone(
      StateDict golden, SegmentationModel model, int last, List<Difference> found) {
    Engine engine = model.engine();
    try (var off = engine.noGrad()) {
      Outputs alone = model.predict(tensor(engine, golden.get("pixels")));
      if (golden.contains("class." + last)) {
        found.add(difference("inference", golden, "class." + last, alone.classLogits()));
      }
      found.add(difference("inference", golden, "mask." + last, alone.imageMaskLogits()));
      assertEquals(List.of(), alone.auxiliary());
    }
  }

  /**
   * The reference's weights by the way of a user's: a file, its family found out, its keys matched.
   */
  private static ImportedWeights weights(StateDict golden) throws IOException {
    Path file = Files.createTempFile("reference", ".safetensors");
    try {
      Safetensors.write(file, part(golden, "state."));
      return WeightImport.read(file);
    } finally {
      Files.delete(file); // what is mapped stays readable
    }
  }

  private static StateDict part(StateDict all, String prefix) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    all.asMap()
        .forEach(
            (name, value) -> {
              if (name.startsWith(prefix)) {
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

  private static Difference difference(String part, StateDict golden, String what, Tensor actual) {
    HostTensor expected = golden.get(what);
    assertTrue(expected.hasShape(actual.shape()), () -> what + ": " + expected + ", got " + actual);
    float[] e = expected.toFloatArray();
    float[] a = actual.toFloats();
    double largest = 0;
    double most = 0;
    for (int i = 0; i < e.length; i++) {
      largest = Math.max(largest, Math.abs(e[i]));
      double difference = Math.abs(e[i] - a[i]);
      most = difference <= most ? most : difference; // NaN stays
    }
    return new Difference(part, what, most, most / largest);
  }

  /** Every gradient of the reference, as its products with two waves and its norm. */
  private static void gradients(StateDict golden, SegmentationModel model, List<Difference> found) {
    Map<String, Parameter> parameters = model.parameters();
    StateDict gradients = part(golden, "grad.");
    Map<String, Double> scales = new HashMap<>();
    gradients
        .asMap()
        .forEach(
            (name, value) ->
                scales.merge(module(name), norm(name, value), (x, y) -> Math.max(x, y)));
    gradients
        .asMap()
        .forEach(
            (name, value) -> {
              if (!name.equals("pixels")) {
                float[] expected = value.toFloatArray();
                double[] actual = fingerprint(parameters.get(name).grad());
                double most = 0;
                for (int i = 0; i < expected.length; i++) {
                  double difference = Math.abs(expected[i] - actual[i]);
                  most = difference <= most ? most : difference;
                }
                String part = name.startsWith("backbone") ? "backbone" : name.split("\\.", -1)[1];
                found.add(
                    new Difference(
                        "gradients of " + part.replace('_', ' '),
                        name,
                        most,
                        most / scales.get(module(name))));
              }
            });
  }

  private static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  private static double norm(String name, HostTensor fingerprint) {
    return name.equals("pixels") ? 0 : fingerprint.toFloatArray()[2];
  }

  private static double[] fingerprint(Tensor grad) {
    double[] out = new double[3];
    if (grad == null) {
      return out;
    }
    float[] values = grad.toFloats();
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

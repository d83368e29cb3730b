package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.DecoderConfig;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.PixelDecoderConfig;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Whole small models against Hugging Face transformers on PyTorch; make_fixtures.py beside the
 * golden files made them. Tolerances are float32 rounding over some thirty layers: 1e-4 of the
 * largest value.
 */
class ModelParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final double GRADIENT_TOLERANCE = 1e-3;

  /** Of the largest gradient's norm: below it a gradient counts as zero. */
  private static final double ZERO_GRADIENT = 1e-3;

  private static final int CLASSES = 3;

  private static final BackboneConfig BOTTLENECK =
      new BackboneConfig.Resnet(
          BackboneConfig.Block.BOTTLENECK,
          List.of(1, 2, 1, 1),
          4,
          BackboneConfig.Stem.BASIC,
          BackboneConfig.Norm.FROZEN,
          false);
  private static final BackboneConfig BASIC =
      new BackboneConfig.Resnet(
          BackboneConfig.Block.BASIC,
          List.of(1, 1, 1, 1),
          4,
          BackboneConfig.Stem.BASIC,
          BackboneConfig.Norm.FROZEN,
          false);
  private static final BackboneConfig SWIN =
      new BackboneConfig.Swin(4, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 3, 4, 0.3, false);

  private static ModelConfig config(String fixture) {
    BackboneConfig backbone =
        switch (fixture) {
          case "mask2former-resnet" -> BOTTLENECK;
          case "maskformer-resnet" -> BASIC;
          default -> SWIN;
        };
    boolean second = fixture.startsWith("mask2former");
    return new ModelConfig(
        32,
        32,
        1,
        backbone,
        second ? new PixelDecoderConfig.Deformable(2, 4, 4, 48, 0) : new PixelDecoderConfig.Fpn(),
        second
            ? new DecoderConfig.MaskedAttention(5, 4, 4, 48)
            : new DecoderConfig.Detr(5, 3, 4, 48, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former-resnet,torch", "mask2former-swin,torch", "maskformer-resnet,torch",
    "maskformer-swin,torch", "mask2former-resnet,nd4j", "mask2former-swin,nd4j",
    "maskformer-resnet,nd4j", "maskformer-swin,nd4j"
  })
  void outputsAndGradientsEqualTheReference(String fixture, String backend) throws Exception {
    StateDict golden =
        Safetensors.read(
            Path.of(ModelParityTest.class.getResource(fixture + ".safetensors").toURI()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model =
            SegmentationModels.build(engine, config(fixture), ClassSpace.ofSize(CLASSES))) {
      model.load(part(golden, "state."));
      try (var step = engine.scope()) {
        Tensor pixels = tensor(engine, golden.get("pixels")).variable();
        Predictions predictions = model.forward(pixels);
        List<Predictions.Layer> layers = predictions.layers();
        Tensor total = engine.scalar(0);
        for (int i = 0; i < layers.size(); i++) {
          Predictions.Layer layer = layers.get(i);
          assertClose(golden.get("class." + i), layer.classLogits(), "class." + i);
          assertClose(golden.get("mask." + i), layer.maskLogits(), "mask." + i);
          total = total.add(weighted(layer.classLogits())).add(weighted(layer.maskLogits()));
        }
        assertTrue(!golden.contains("class." + layers.size()), "the reference has more outputs");
        total.backward();
        assertClose(golden.get("grad.pixels"), pixels.grad(), "grad.pixels");
        assertGradients(golden, model);
        assertLastLayerAlone(golden, model, layers.size() - 1);
      }
    }
  }

  private static void assertLastLayerAlone(StateDict golden, SegmentationModel model, int last) {
    Engine engine = model.engine();
    try (var off = engine.noGrad()) {
      Predictions alone = model.predict(tensor(engine, golden.get("pixels")));
      assertClose(golden.get("class." + last), alone.classLogits(), "predict: class");
      assertClose(golden.get("mask." + last), alone.maskLogits(), "predict: mask");
      assertEquals(List.of(), alone.auxiliary());
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

  private static void assertClose(HostTensor expected, Tensor actual, String what) {
    assertTrue(expected.hasShape(actual.shape()), () -> what + ": " + expected + ", got " + actual);
    float[] e = expected.toFloatArray();
    float[] a = actual.toFloats();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < e.length; i++) {
      largest = Math.max(largest, Math.abs(e[i]));
      difference = Math.max(difference, Math.abs(e[i] - a[i]));
    }
    double relative = difference / largest;
    assertTrue(
        relative <= TOLERANCE, what + ": differs by " + relative + " of the largest, " + largest);
  }

  /** Every gradient of the reference, as its products with two waves and its norm. */
  private static void assertGradients(StateDict golden, SegmentationModel model) {
    List<String> wrong = new ArrayList<>();
    Map<String, Parameter> parameters = model.parameters();
    double largest =
        golden.asMap().entrySet().stream()
            .filter(e -> e.getKey().startsWith("grad.") && e.getValue().hasShape(3))
            .mapToDouble(e -> e.getValue().toFloatArray()[2])
            .max()
            .orElseThrow();
    golden.keys().stream()
        .filter(name -> name.startsWith("grad.") && !name.equals("grad.pixels"))
        .forEach(
            name -> {
              Tensor grad = parameters.get(name.substring("grad.".length())).grad();
              float[] expected = golden.get(name).toFloatArray();
              double[] actual = fingerprint(grad);
              for (int i = 0; i < expected.length; i++) {
                // Against the gradient's own norm; some are zero but for rounding.
                double scale = Math.max(expected[2], ZERO_GRADIENT * largest);
                if (!(Math.abs(expected[i] - actual[i]) <= GRADIENT_TOLERANCE * scale)) {
                  wrong.add(name + "[" + i + "]: " + expected[i] + " " + actual[i]);
                }
              }
            });
    assertEquals(List.of(), wrong);
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

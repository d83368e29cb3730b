package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * LibTorch and ND4J on the same model: convolutions, group and layer norms, deformable, masked and
 * self attention.
 */
class BackendsAgreeTest {
  private static final double TOLERANCE = 1e-4;

  record Result(List<float[]> outputs, Map<String, float[]> gradients) {}

  static Result run(String backend, String device, ModelConfig config) {
    EngineOptions options =
        EngineOptions.DEFAULT.withBackend(backend).withDevice(device).withThreads(2).withSeed(5);
    try (Engine engine = Engine.open(options);
        SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(7))) {
      model.setTraining(false);
      List<float[]> outputs = new ArrayList<>();
      Map<String, float[]> gradients = new LinkedHashMap<>();
      try (Scope scope = engine.scope()) {
        Tensor pixels = engine.uniform(RandomStream.of(1, "pixels"), -2, 2, 2, 3, 64, 96);
        Outputs p = model.forward(pixels);
        Tensor loss = null;
        for (Outputs.Layer layer : p.layers()) {
          outputs.add(layer.classLogits().toFloats());
          outputs.add(layer.maskLogits().toFloats());
          Tensor part =
              layer.classLogits().sigmoid().mean().add(layer.maskLogits().sigmoid().mean());
          loss = loss == null ? part : loss.add(part);
        }
        loss.backward();
        for (Map.Entry<String, Parameter> e : model.parameters().entrySet()) {
          if (e.getValue().grad() != null) {
            gradients.put(e.getKey(), e.getValue().grad().toFloats());
          }
        }
      }
      return new Result(outputs, gradients);
    }
  }

  static void assertClose(String what, float[] a, float[] b, double tolerance) {
    assertEquals(a.length, b.length, what);
    double scale = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      scale = Math.max(scale, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs(a[i] - b[i]));
    }
    assertTrue(
        difference <= tolerance * Math.max(scale, 1e-6),
        what + ": largest difference " + difference + " of " + scale);
  }

  @Test
  void outputsAndAllGradientsAgreeWithinOneTenThousandth() {
    Result torch = run("torch", "cpu", Variants.get("mask2former-tiny"));
    Result nd4j = run("nd4j", "cpu", Variants.get("mask2former-tiny"));
    assertAgree(torch, nd4j, TOLERANCE);
  }

  static void assertAgree(Result expected, Result got, double tolerance) {
    assertTrue(expected.gradients().size() > 50);
    for (int i = 0; i < expected.outputs().size(); i++) {
      assertClose("output " + i, expected.outputs().get(i), got.outputs().get(i), tolerance);
    }
    assertEquals(expected.gradients().keySet(), got.gradients().keySet());
    expected
        .gradients()
        .forEach(
            (name, g) ->
                assertClose("gradient of " + name, g, got.gradients().get(name), tolerance));
  }
}

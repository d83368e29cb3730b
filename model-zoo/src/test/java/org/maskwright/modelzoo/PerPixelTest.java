package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.InstancePostProcessor;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/** The baselines that classify pixels. */
class PerPixelTest {
  private static final int CLASSES = 150;

  private static Map<String, long[]> shapes(String variant) {
    Map<String, long[]> out = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(variant), ClassSpace.ofSize(CLASSES))) {
      model.state().forEach((name, p) -> out.put(name, p.shape()));
    }
    return out;
  }

  @Test
  void theFirstBaselineIsAPixelDecoderAndOneConvolution() {
    Map<String, long[]> shapes = shapes("per-pixel-r50");
    assertEquals(
        List.of("sem_seg_head.predictor.weight", "sem_seg_head.predictor.bias"),
        shapes.keySet().stream().filter(k -> k.startsWith("sem_seg_head.predictor.")).toList());
    assertArrayEquals(new long[] {CLASSES, 256, 1, 1}, shapes.get("sem_seg_head.predictor.weight"));
  }

  @Test
  void theSecondBaselineIsMaskFormerWithAQueryForEachClassAndNoClassHead() {
    Map<String, long[]> plus = shapes("per-pixel-plus-r50");
    Map<String, long[]> maskFormer = shapes("maskformer-r50");
    maskFormer.keySet().removeIf(k -> k.startsWith("sem_seg_head.predictor.class_embed."));
    assertEquals(List.copyOf(maskFormer.keySet()), List.copyOf(plus.keySet()));
    assertArrayEquals(
        new long[] {CLASSES, 256}, plus.get("sem_seg_head.predictor.query_embed.weight"));
  }

  @ParameterizedTest
  @CsvSource({"per-pixel-r50,31087062", "per-pixel-plus-r50,41281856"})
  void partsAddUpToSoManyParameters(String variant, long count) {
    ModelSummary summary = ModelSummary.of(Variants.get(variant), CLASSES, 64, 96);
    assertEquals(count, summary.parameters());
    assertEquals(Optional.of("[1,150,151]"), summary.classLogits());
    assertEquals("[1,150,16,24]", summary.maskLogits());
  }

  @ParameterizedTest
  @ValueSource(strings = {"per-pixel-r50", "per-pixel-plus-r50"})
  void theArchitectureIsReadOffTheWeights(String variant) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    shapes(variant)
        .forEach(
            (name, shape) ->
                tensors.put(
                    name,
                    HostTensor.lazy(
                        org.maskwright.modelzoo.weights.ElementType.F32,
                        shape,
                        () -> {
                          throw new AssertionError("only shapes are needed");
                        })));
    DeducedArchitecture deduced = DeducedArchitecture.of(StateDict.of(tensors));
    assertEquals(Optional.of(Variants.get(variant)), deduced.model());
    assertEquals(CLASSES, deduced.classes());
  }

  /** Logits far beyond where the logistic function is 1 in float32. */
  @Test
  void theClassOfAPixelIsThatOfTheLargestResizedLogit() {
    int classes = 6;
    int side = 9;
    int full = 4 * side;
    float[] logits = new float[classes * side * side];
    Random random = new Random(3);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 40 + 20 * (float) random.nextGaussian();
    }
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        var scope = engine.scope()) {
      var maskLogits = engine.floats(logits, 1, classes, side, side);
      float[] resized = maskLogits.resize(full, full, ResizeMode.BILINEAR).toFloats();
      Outputs predictions =
          new Outputs(
              List.of(
                  Outputs.Layer.ofImages(
                      new org.maskwright.modelzoo.head.FixedClassHead(
                              engine, ClassSpace.ofSize(classes))
                          .logits(1),
                      maskLogits)),
              Outputs.MaskScores.SOFTMAX);
      ImageFrame frame = new ImageFrame(full, full, full, full, full, full);
      QueryOutputs outputs = QueryOutputs.of(predictions, 0);
      int[] labels =
          SemanticPostProcessor.process(
                  outputs, frame, SemanticPostProcessor.Order.RESIZE_THEN_SCORE)
              .labels();
      int plane = full * full;
      for (int i = 0; i < plane; i++) {
        float best = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
          best = Math.max(best, resized[k * plane + i]);
        }
        assertEquals(best, resized[labels[i] * plane + i], 1e-4, "pixel " + i);
      }
      refusesOtherTasks(outputs, frame);
    }
  }

  private static void refusesOtherTasks(QueryOutputs outputs, ImageFrame frame) {
    var instance =
        assertThrows(
            IllegalArgumentException.class,
            () -> InstancePostProcessor.process(outputs, frame, 10, c -> true));
    assertTrue(instance.getMessage().contains("semantic results only"), instance.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            PanopticPostProcessor.process(
                outputs, frame, c -> true, PanopticPostProcessor.Options.MASKFORMER));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            HuggingFacePostProcessor.instances(
                outputs, HuggingFacePostProcessor.First.AS_THEY_ARE, 8, 8, 0.5));
  }
}

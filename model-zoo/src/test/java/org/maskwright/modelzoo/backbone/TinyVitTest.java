package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelSummary;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/** Laws of TinyViT; its values are compared with MobileSAM's own code elsewhere. */
class TinyVitTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(5);
  private static final int CLASSIFIER = 1000 * 321 + 2 * 320;

  private static TinyVitPart.Settings settings(
      ResNetPart.Norm norm, double dropPath, boolean checkpointing) {
    return new TinyVitPart.Settings(
        List.of(8, 12, 16, 20),
        List.of(1, 2, 2, 1),
        List.of(3, 2, 4),
        List.of(3, 4, 3),
        32,
        64,
        norm,
        dropPath,
        checkpointing);
  }

  private static Tensor pixels(Engine engine, int height, int width) {
    return engine.normal(engine.random().get("test"), 0, 1, 2, 3, height, width);
  }

  /** The released file has 10,130,092, of which a classifier that nothing uses has 321,640. */
  @Test
  void parametersAreThoseOfTheReleasedModelWithoutItsClassifier() {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mobile-sam"), ClassSpace.OBJECT)) {
      assertEquals(10_130_092 - CLASSIFIER, model.parameterCount());
      assertEquals(6_065_532 - CLASSIFIER, model.backbone().parameterCount());
    }
  }

  /** Of {@code sam_model_registry["vit_t"]()}: parameters, statistics and counters. */
  @Test
  void theReleasedFilesKeysAreWrittenAndRecognised() {
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mobile-sam"), ClassSpace.OBJECT)) {
      model
          .state()
          .forEach(
              (key, p) ->
                  state.put(
                      key, HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
    }
    StateDict theirs = KnownFamilies.official(Variants.get("mobile-sam"), StateDict.of(state));
    assertEquals(439, theirs.size());
    assertEquals("MobileSAM (official)", KnownFamilies.of(theirs.keys()).title());
    assertEquals(
        TinyVitPart.mobileSam(), new TinyVitPart().deduce(StateDict.of(state)).orElseThrow());
  }

  @Test
  void theOnlyMapHasAStrideOf16() {
    ModelSummary summary = ModelSummary.of(Variants.get("mobile-sam"), 1, 700, 1024);
    assertEquals(List.of("[1,256,64,64]"), summary.parts().get(0).outputs());
    assertEquals("[1,4,256,256]", summary.maskLogits());
  }

  /** 33 pixels are three places, so rounded up; smaller than any window too. */
  @ParameterizedTest
  @CsvSource({"1,1,1,1", "33,70,3,5", "64,64,4,4"})
  void anySizeFits(int height, int width, int rows, int columns) {
    try (Engine engine = Engine.open(SEEDED);
        Backbone backbone =
            SegmentationModels.backbone(engine, settings(ResNetPart.Norm.FROZEN, 0, false));
        var scope = engine.scope()) {
      Tensor map = backbone.forward(pixels(engine, height, width)).get(0);
      assertArrayEquals(new long[] {2, 32, rows, columns}, map.shape());
      for (float value : map.toFloats()) {
        assertTrue(Float.isFinite(value));
      }
    }
  }

  /** With the statistics of the batch an image's map depends on the other image. */
  @ParameterizedTest
  @CsvSource({"FROZEN,true", "BATCH,false"})
  void onlyWithStatisticsOfTheBatchDoImagesSeeEachOther(ResNetPart.Norm norm, boolean alone) {
    try (Engine engine = Engine.open(SEEDED);
        Backbone backbone = SegmentationModels.backbone(engine, settings(norm, 0, false));
        var scope = engine.scope()) {
      backbone.setTraining(true);
      Tensor both = pixels(engine, 48, 32);
      Tensor first = backbone.forward(both).get(0).slice(0, 0, 1);
      Tensor single = backbone.forward(both.slice(0, 0, 1)).get(0);
      float[] a = first.toFloats();
      float[] b = single.toFloats();
      double apart = 0;
      for (int i = 0; i < a.length; i++) {
        apart = Math.max(apart, Math.abs(a[i] - b[i]));
      }
      assertEquals(alone, apart < 1e-4, "apart by " + apart);
    }
  }

  @Test
  void computedAgainInTheBackwardPassGradientsAreTheSame() {
    float[][] gradients = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (Engine engine = Engine.open(SEEDED);
          Backbone backbone =
              SegmentationModels.backbone(engine, settings(ResNetPart.Norm.FROZEN, 0, i == 1));
          var scope = engine.scope()) {
        backbone.setTraining(true);
        Tensor pixels = pixels(engine, 48, 32).variable();
        backbone.forward(pixels).get(0).square().sum().backward();
        gradients[i] = pixels.grad().toFloats();
      }
    }
    assertArrayEquals(gradients[0], gradients[1], 1e-5f);
  }

  @Test
  void pathsAreDroppedInTrainingAlone() {
    try (Engine engine = Engine.open(SEEDED);
        Backbone backbone =
            SegmentationModels.backbone(engine, settings(ResNetPart.Norm.FROZEN, 0.9, false));
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 48, 32);
      float[] once = backbone.forward(pixels).get(0).toFloats();
      assertArrayEquals(once, backbone.forward(pixels).get(0).toFloats());
      backbone.setTraining(true);
      assertFalse(
          Arrays.equals(
              backbone.forward(pixels).get(0).toFloats(),
              backbone.forward(pixels).get(0).toFloats()));
    }
  }

  /** Twelve blocks; what stands between stages learns as the block before it. */
  @ParameterizedTest
  @CsvSource({
    "patch_embed.conv1.weight,0",
    "layers.0.blocks.0.conv1.weight,0",
    "layers.0.blocks.1.conv3.norm.weight,1",
    "layers.0.downsample.conv1.weight,1",
    "layers.1.blocks.0.attn.relative_position_bias_table,2",
    "layers.2.blocks.5.mlp.fc1.weight,9",
    "layers.2.downsample.conv2.weight,9",
    "layers.3.blocks.1.local_conv.weight,11",
    "neck.0.weight,11"
  })
  void layersAreBlocks(String parameter, int layer) {
    LayerNumbers layers = TinyVitPart.mobileSam().layers().orElseThrow();
    assertEquals(12, layers.count());
    assertEquals(layer, layers.of(parameter));
  }

  private static IllegalArgumentException refused(
      List<Integer> heads, List<Integer> windows, int side) {
    return assertThrows(
        IllegalArgumentException.class,
        () ->
            new TinyVitPart.Settings(
                List.of(8, 12, 16, 20),
                List.of(1, 2, 2, 1),
                heads,
                windows,
                32,
                side,
                ResNetPart.Norm.FROZEN,
                0,
                false));
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    List<Integer> heads = List.of(3, 2, 4);
    List<Integer> windows = List.of(3, 4, 3);
    assertEquals(
        "heads: expected divisors of the channels [12, 16, 20], got [5, 2, 4]",
        refused(List.of(5, 2, 4), windows, 64).getMessage());
    assertEquals(
        "windows: expected three numbers from 1 to 64, got [3, 4]",
        refused(heads, List.of(3, 4), 64).getMessage());
    assertEquals(
        "side: expected a multiple of 16 up to 32768, got 100",
        refused(heads, windows, 100).getMessage());
  }

  @Test
  void weightsOfHalfATinyVitAreRefused() {
    StateDict half =
        StateDict.of(
            Map.of(
                "backbone.patch_embed.conv1.weight",
                HostTensor.ofFloats(new float[4 * 27], 4, 3, 3, 3)));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> new TinyVitPart().deduce(half));
    assertTrue(e.getMessage().contains("layers.0"), e.getMessage());
  }
}

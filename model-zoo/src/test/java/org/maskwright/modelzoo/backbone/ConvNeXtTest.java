package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.StateDict;

/** ConvNeXt as settings, sizes and names; its values are compared elsewhere. */
class ConvNeXtTest {
  private static final double ROUNDING = 1e-4;
  private static final ConvNeXtPart.Settings TINY =
      new ConvNeXtPart.Settings(List.of(4, 6, 8, 10), List.of(1, 2, 1, 1), 0.4, false);

  /** Published totals without the classifier and its norm, with the norms of the four maps. */
  @ParameterizedTest
  @CsvSource({"convnext-t, 27821472", "convnext-s, 49456032"})
  void parametersAreThePublishedOnes(String name, long parameters) {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, ConvNeXtPart.sizes().get(name))) {
      assertEquals(parameters, backbone.parameterCount());
    }
  }

  @Test
  void mapsAreAtStrides4To32OfSidesRoundedUp() {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, TINY);
        var scope = engine.scope()) {
      for (int[] size : new int[][] {{64, 96}, {65, 97}, {33, 47}, {1, 1}}) {
        List<Tensor> maps = backbone.forward(engine.zeros(1, 3, size[0], size[1]));
        for (int i = 0; i < 4; i++) {
          int stride = 4 << i;
          assertArrayEquals(
              new long[] {
                1, TINY.channels().get(i), (size[0] - 1) / stride + 1, (size[1] - 1) / stride + 1
              },
              maps.get(i).shape());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"released by Facebook", "torchvision", "timm"})
  void namesOfOthersAreRecognisedAndComeBackAsOurs(String origin) {
    CheckpointFamily family =
        KnownFamilies.all().stream()
            .filter(known -> known.title().equals("ConvNeXt backbone (" + origin + ")"))
            .findFirst()
            .orElseThrow();
    StateDict ours = withoutNorms(state());
    StateDict theirs = family.export(ours);
    assertEquals(ours.size(), theirs.size());
    assertEquals(family, KnownFamilies.of(theirs.keys()));
    assertEquals(
        origin.equals("torchvision") ? 3 : 1,
        theirs.asMap().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("gamma") || entry.getKey().endsWith("_scale"))
            .findFirst()
            .orElseThrow()
            .getValue()
            .rank());
    KeyTranslation back = family.translate(theirs);
    assertEquals(ours.keys(), back.state().keys());
    assertEquals(List.of(), back.unexpected());
    back.state()
        .asMap()
        .forEach((key, value) -> assertArrayEquals(ours.get(key).shape(), value.shape(), key));
    assertEquals(Optional.of(TINY), new ConvNeXtPart().deduce(back.state()));
  }

  private static StateDict state() {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, TINY)) {
      Map<String, HostTensor> out = new LinkedHashMap<>();
      backbone
          .state()
          .forEach(
              (name, p) ->
                  out.put(
                      "backbone." + name,
                      HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
      return StateDict.of(out);
    }
  }

  private static StateDict withoutNorms(StateDict state) {
    Map<String, HostTensor> out = new LinkedHashMap<>(state.asMap());
    out.keySet().removeIf(key -> CheckpointFamily.STAGE_NORMS.matcher(key).matches());
    return StateDict.of(out);
  }

  /** As get_num_layer_for_convnext of the official code numbers those of a small one. */
  @ParameterizedTest
  @CsvSource({
    "downsample_layers.0.0.weight, 0",
    "stages.0.2.gamma, 1",
    "downsample_layers.1.0.weight, 2",
    "stages.1.0.norm.weight, 2",
    "downsample_layers.2.1.weight, 3",
    "stages.2.2.gamma, 3",
    "stages.2.3.gamma, 4",
    "stages.2.26.gamma, 11",
    "downsample_layers.3.1.weight, 12",
    "stages.3.0.gamma, 12",
    "norm0.weight, 13"
  })
  void layersAreThoseOfTheOfficialCode(String parameter, int layer) {
    LayerNumbers layers = ConvNeXtPart.sizes().get("convnext-s").layers().orElseThrow();
    assertEquals(14, layers.count());
    assertEquals(layer, layers.of(parameter));
  }

  @Test
  void aPartOfOneIsAnIncompleteOne() {
    Map<String, HostTensor> some = new LinkedHashMap<>(state().asMap());
    some.keySet().removeIf(key -> key.startsWith("backbone.stages.1."));
    String message =
        assertThrows(CheckpointException.class, () -> new ConvNeXtPart().deduce(StateDict.of(some)))
            .getMessage();
    assertTrue(message.contains("[1, 0, 1, 1]"), message);
  }

  @Test
  void everyParameterHasAGradientAndCheckpointingChangesNone() {
    Map<String, float[]> plain = gradients(TINY);
    Map<String, float[]> again =
        gradients(new ConvNeXtPart.Settings(TINY.channels(), TINY.depths(), 0.4, true));
    assertEquals(plain.keySet(), again.keySet());
    plain.forEach(
        (name, values) -> {
          double largest = 0;
          for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
          }
          assertTrue(largest > 0 && Double.isFinite(largest), name + ": " + largest);
          assertArrayEquals(values, again.get(name), (float) (ROUNDING * largest), name);
        });
  }

  private static Map<String, float[]> gradients(ConvNeXtPart.Settings settings) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withSeed(11));
        Backbone backbone = SegmentationModels.backbone(engine, settings);
        var scope = engine.scope()) {
      backbone.setTraining(true);
      backbone
          .parameters()
          .forEach(
              (name, p) -> {
                if (name.endsWith(".gamma")) { // fresh ones leave blocks hardly a gradient
                  p.set(engine.full(0.5, p.shape()));
                }
              });
      engine.random().startImages(1, 0);
      Tensor input = engine.normal(engine.random().get("test"), 0, 1, 2, 3, 37, 50);
      Tensor total = engine.scalar(0);
      for (Tensor map : backbone.forward(input)) {
        total = total.add(GoldenFile.weighted(map)); // squares of normalised maps have no slope
      }
      total.backward();
      Map<String, float[]> out = new LinkedHashMap<>();
      backbone.parameters().forEach((name, p) -> out.put(name, p.grad().toFloats()));
      return out;
    }
  }
}

package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.KeyTranslation;
import org.maskwright.modelzoo.weights.StateDict;

/** MobileNetV2 and EfficientNet-Lite as settings, sizes and names; their values are elsewhere. */
class InvertedResidualsTest {
  private static BackboneConfig published(String name) {
    return Variants.get("mask2former-" + name).backbone();
  }

  /** Names and zeros of a backbone's parameters and buffers. */
  private static StateDict state(BackboneConfig config) {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, config)) {
      Map<String, HostTensor> out = new LinkedHashMap<>();
      for (Map.Entry<String, Parameter> entry : backbone.state().entrySet()) {
        long[] shape = entry.getValue().shape();
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        out.put("backbone." + entry.getKey(), HostTensor.ofFloats(new float[count], shape));
      }
      return StateDict.of(out);
    }
  }

  /** Published totals without the classifier and the 1x1 convolution before it. */
  @ParameterizedTest
  @CsvSource({
    "mobilenet-v2, 1811712",
    "efficientnet-lite0, 2958848",
    "efficientnet-lite1, 3723520",
    "efficientnet-lite2, 4357952"
  })
  void parametersAreThePublishedOnes(String name, long parameters) {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, published(name))) {
      assertEquals(parameters, backbone.parameterCount());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mobilenet-v2", "efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"})
  void mapsAreAtStrides4To32OfSidesRoundedUp(String name) {
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, published(name));
        var scope = engine.scope()) {
      for (int[] size : new int[][] {{64, 96}, {65, 97}, {33, 47}, {1, 1}}) {
        List<Tensor> maps = backbone.forward(engine.zeros(1, 3, size[0], size[1]));
        for (int i = 0; i < 4; i++) {
          int stride = 4 << i;
          assertEquals(backbone.channels().get(i), maps.get(i).intSize(1));
          assertEquals((size[0] - 1) / stride + 1, maps.get(i).intSize(2), name + " " + size[0]);
          assertEquals((size[1] - 1) / stride + 1, maps.get(i).intSize(3), name + " " + size[1]);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet-v2, MobileNetV2 backbone (torchvision)",
    "mobilenet-v2, MobileNetV2 backbone (layers numbered)",
    "efficientnet-lite0, EfficientNet-Lite backbone (EfficientNet-PyTorch)",
    "efficientnet-lite2, EfficientNet-Lite backbone (EfficientNet-PyTorch)"
  })
  void namesOfOthersAreRecognisedAndComeBackAsOurs(String name, String title) {
    CheckpointFamily family =
        KnownFamilies.all().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    BackboneConfig config = published(name);
    StateDict ours = state(config);
    StateDict theirs = family.export(ours);
    assertEquals(ours.size(), theirs.size());
    assertEquals(family, KnownFamilies.of(theirs.keys()));
    KeyTranslation back = family.translate(theirs);
    assertEquals(ours.keys(), back.state().keys());
    assertEquals(List.of(), back.unexpected());
    assertEquals(
        List.of(config),
        List.of(new MobileNetV2Part(), new EfficientNetLitePart()).stream()
            .flatMap(part -> part.deduce(back.state()).stream())
            .toList());
  }

  @Test
  void aPartOfOneIsAnIncompleteOne() {
    Map<String, HostTensor> some = new LinkedHashMap<>(state(published("mobilenet-v2")).asMap());
    some.keySet().removeIf(key -> key.startsWith("backbone.blocks.1."));
    CheckpointException fault =
        assertThrows(
            CheckpointException.class, () -> new MobileNetV2Part().deduce(StateDict.of(some)));
    assertTrue(fault.getMessage().contains("seven numbers"), fault.getMessage());
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    List<Integer> seven = List.of(8, 8, 8, 8, 8, 8, 8);
    for (List<Integer> wrong : List.of(List.of(8, 8), List.of(8, 8, 8, 8, 8, 8, 0))) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      new EfficientNetLitePart.Settings(
                          8, wrong, seven, ResNetPart.Norm.BATCH, false))
              .getMessage();
      assertTrue(message.startsWith("channels: expected seven numbers"), message);
    }
  }

  @Test
  void frozenNormalisationOfRandomWeightsIsCautionedAgainst() {
    assertTrue(published("mobilenet-v2").cautionWithoutWeights().orElseThrow().contains("norm"));
  }
}

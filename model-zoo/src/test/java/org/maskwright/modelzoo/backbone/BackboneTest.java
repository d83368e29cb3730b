package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;

class BackboneTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(11);

  private static BackboneConfig resnet(ResNetPart.Norm norm, boolean checkpointing) {
    return new ResNetPart.Settings(
        ResNetPart.Block.BOTTLENECK,
        List.of(1, 2, 1, 1),
        4,
        ResNetPart.Stem.BASIC,
        norm,
        checkpointing);
  }

  private static BackboneConfig swin(double dropPath, boolean checkpointing) {
    return new SwinPart.Settings(
        8, List.of(2, 2, 2, 2), List.of(1, 2, 2, 4), 3, 4, dropPath, checkpointing);
  }

  private static BackboneConfig mobileNet(boolean checkpointing) {
    return new MobileNetV2Part.Settings(
        4,
        List.of(4, 6, 8, 8, 10, 12, 14),
        List.of(1, 2, 1, 1, 1, 2, 1),
        ResNetPart.Norm.BATCH,
        checkpointing);
  }

  private static float[] pixels(int count) {
    Random random = new Random(2);
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  /**
   * Values of the last map, all gradients, and all parameters and buffers after a training pass.
   */
  private static Map<String, float[]> trainingPass(BackboneConfig config) {
    try (Engine engine = Engine.open(SEEDED);
        Backbone backbone = SegmentationModels.backbone(engine, config);
        var scope = engine.scope()) {
      backbone.setTraining(true);
      Tensor input = engine.floats(pixels(2 * 3 * 37 * 50), 2, 3, 37, 50);
      Tensor total = engine.scalar(0);
      List<Tensor> maps = backbone.forward(input);
      for (Tensor map : maps) {
        total = total.add(map.mul(map).mean());
      }
      total.backward();
      Map<String, float[]> out = new LinkedHashMap<>();
      out.put("map", maps.get(3).toFloats());
      backbone
          .parameters()
          .forEach(
              (name, p) -> {
                if (p.grad() != null) {
                  out.put("gradient of " + name, p.grad().toFloats());
                }
              });
      backbone.state().forEach((name, p) -> out.put(name, p.tensor().toFloats()));
      return out;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"frozen", "batch", "mobilenet", "swin", "swin with drop path"})
  void checkpointingChangesNoValueNoGradientAndNoStatistics(String which) {
    List<BackboneConfig> both = new ArrayList<>();
    for (boolean checkpointing : new boolean[] {false, true}) {
      both.add(
          switch (which) {
            case "frozen" -> resnet(ResNetPart.Norm.FROZEN, checkpointing);
            case "batch" -> resnet(ResNetPart.Norm.BATCH, checkpointing);
            case "mobilenet" -> mobileNet(checkpointing);
            case "swin" -> swin(0, checkpointing);
            default -> swin(0.5, checkpointing);
          });
    }
    Map<String, float[]> plain = trainingPass(both.get(0));
    Map<String, float[]> again = trainingPass(both.get(1));
    assertEquals(plain.keySet(), again.keySet());
    plain.forEach(
        (name, values) -> {
          double largest = 0;
          for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
          }
          assertArrayEquals(values, again.get(name), (float) (1e-5 * largest + 1e-9), name);
        });
  }

  @Test
  void dropPathActsInTrainingOnly() {
    try (Engine engine = Engine.open(SEEDED);
        Backbone backbone = SegmentationModels.backbone(engine, swin(0.9, false));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor input = engine.floats(pixels(3 * 32 * 32), 1, 3, 32, 32);
      backbone.setTraining(false);
      float[] first = backbone.forward(input).get(3).toFloats();
      assertArrayEquals(first, backbone.forward(input).get(3).toFloats());
      backbone.setTraining(true);
      boolean differs = false;
      for (int i = 0; i < 5 && !differs; i++) {
        differs = !Arrays.equals(first, backbone.forward(input).get(3).toFloats());
      }
      assertTrue(differs, "training drops nothing");
    }
  }

  @Test
  void trainedBatchNormLearnsAndFollowsTheBatchAndFrozenDoesNeither() {
    for (ResNetPart.Norm norm : ResNetPart.Norm.values()) {
      try (Engine engine = Engine.open(SEEDED);
          Backbone backbone = SegmentationModels.backbone(engine, resnet(norm, false));
          var scope = engine.scope()) {
        backbone.setTraining(true);
        Parameter mean = backbone.state().get("stem.conv1.norm.running_mean");
        Parameter weight = backbone.state().get("stem.conv1.norm.weight");
        float[] before = mean.tensor().toFloats();
        Tensor input = engine.floats(pixels(2 * 3 * 32 * 32), 2, 3, 32, 32);
        backbone.forward(input).get(3).sum().backward();
        boolean moved = !Arrays.equals(before, mean.tensor().toFloats());
        assertEquals(norm == ResNetPart.Norm.BATCH, moved, norm + ": statistics");
        assertEquals(norm == ResNetPart.Norm.BATCH, weight.isTrainable(), norm + ": trained");
        assertEquals(norm == ResNetPart.Norm.BATCH, weight.grad() != null, norm + ": gradient");
      }
    }
  }

  @Test
  void everyGeometryHasFiniteMapsOfTheChannelsItAnnounces() {
    for (ResNetPart.Geometry geometry :
        List.of(
            ResNetPart.Geometry.TORCHVISION, ResNetPart.Geometry.KERAS, ResNetPart.Geometry.DL4J)) {
      BackboneConfig config =
          ((ResNetPart.Settings) resnet(ResNetPart.Norm.FROZEN, false)).withGeometry(geometry);
      try (Engine engine = Engine.open(SEEDED);
          Backbone backbone = SegmentationModels.backbone(engine, config);
          var off = engine.noGrad();
          var scope = engine.scope()) {
        List<Tensor> maps = backbone.forward(engine.floats(pixels(3 * 70 * 65), 1, 3, 70, 65));
        for (int i = 0; i < maps.size(); i++) {
          assertEquals(backbone.channels().get(i), maps.get(i).intSize(1));
          for (float value : maps.get(i).toFloats()) {
            assertFalse(Float.isNaN(value) || Float.isInfinite(value));
          }
        }
      }
    }
  }
}

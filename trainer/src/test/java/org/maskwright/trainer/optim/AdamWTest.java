package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;

/** What changes which parameter by how much. */
class AdamWTest {
  private static final EngineOptions OPTIONS =
      EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);

  private static OptimizerSettings settings(double clipNorm) {
    return new OptimizerSettings(0.1, 0.25, 0.05, 0.01, 0.9, 0.999, 1e-8, clipNorm, 0);
  }

  private static Map<String, ParameterGroups.Entry> groups(String model) {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built =
            SegmentationModels.build(engine, Variants.get(model), ClassSpace.ofSize(3))) {
      return ParameterGroups.of(built, settings(0)).stream()
          .collect(Collectors.toMap(ParameterGroups.Entry::name, e -> e));
    }
  }

  private static void assertGroup(
      Map<String, ParameterGroups.Entry> groups, String name, double lr, double decay) {
    assertEquals(lr, groups.get(name).lrFactor(), name);
    assertEquals(decay, groups.get(name).weightDecay(), name);
  }

  @Test
  void normalisationEmbeddingsAndPositionTablesDecayLessAndBackbonesLearnSlower() {
    Map<String, ParameterGroups.Entry> swin = groups("mask2former-swin-t");
    String block = "backbone.layers.0.blocks.0.";
    assertGroup(swin, block + "attn.qkv.weight", 0.25, 0.05);
    assertGroup(swin, block + "attn.qkv.bias", 0.25, 0.05);
    assertGroup(swin, block + "norm1.weight", 0.25, 0.01);
    assertGroup(swin, block + "attn.relative_position_bias_table", 0.25, 0.01);
    String predictor = "sem_seg_head.predictor.";
    assertGroup(swin, predictor + "class_embed.weight", 1, 0.05);
    assertGroup(swin, predictor + "class_embed.bias", 1, 0.05);
    assertGroup(swin, predictor + "query_feat.weight", 1, 0.01);
    assertGroup(swin, predictor + "query_embed.weight", 1, 0.01);
    assertGroup(swin, predictor + "level_embed.weight", 1, 0.01);
    assertGroup(swin, predictor + "decoder_norm.bias", 1, 0.01);
    // A bare parameter, not an embedding.
    assertGroup(swin, "sem_seg_head.pixel_decoder.transformer.level_embed", 1, 0.05);
  }

  @Test
  void frozenNormalisationIsNotTrained() {
    assertFalse(
        groups("mask2former-r50").keySet().stream().anyMatch(n -> n.contains("stem.conv1.norm")));
  }

  @Test
  void aLearningRateOfZeroChangesNothing() {
    OptimizerSettings still = new OptimizerSettings(0, 1, 0.5, 0.5, 0.9, 0.999, 1e-8, 0, 0);
    try (Engine engine = Engine.open(OPTIONS);
        Linear layer = Linear.of(engine, 3, 2);
        AdamW optimizer = new AdamW(layer, still)) {
      float[] before = layer.weight().tensor().toFloats();
      try (var scope = engine.scope()) {
        layer.weight().tensor().square().sum().backward();
      }
      optimizer.step(1, optimizer.gradientNorm());
      assertArrayEquals(before, layer.weight().tensor().toFloats());
    }
  }

  /** The change of each parameter by a first step of gradients {@code scale * gradient}. */
  private static Map<String, float[]> step(double clipNorm, double scale) {
    try (Engine engine = Engine.open(OPTIONS);
        SegmentationModel model =
            SegmentationModels.build(
                engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(3));
        AdamW optimizer =
            new AdamW(
                model,
                // With an epsilon far above the gradients the step is proportional to them.
                new OptimizerSettings(1e6, 1, 0, 0, 0.9, 0.999, 1e6, clipNorm, 0))) {
      Parameter p = model.parameters().get("sem_seg_head.predictor.class_embed.bias");
      float[] before = p.tensor().toFloats();
      try (var scope = engine.scope()) {
        p.tensor().mul(engine.floats(new float[] {3, 0, 4, 0}, 4)).mul(scale).sum().backward();
      }
      double norm = optimizer.gradientNorm();
      assertEquals(5 * scale, norm, 1e-5 * scale);
      optimizer.step(1, norm);
      float[] after = p.tensor().toFloats();
      for (int i = 0; i < after.length; i++) {
        after[i] = before[i] - after[i];
      }
      return Map.of("change", after);
    }
  }

  @Test
  void gradientsAreScaledToTheClipNormWhereTheirNormIsAboveItAndLeftAloneElsewhere() {
    float[] one = step(0, 1).get("change"); // gradients (3,0,4,0)
    assertArrayEquals(new float[] {3, 0, 4, 0}, one, 1e-3f);
    assertArrayEquals(new float[] {0.6f, 0, 0.8f, 0}, step(1, 1).get("change"), 1e-3f);
    assertArrayEquals(one, step(10, 1).get("change"), 0);
  }

  @Test
  void aParameterWithoutGradientKeepsItsValueAndTheUpdatesAreCounted() {
    try (Engine engine = Engine.open(OPTIONS);
        Linear layer = Linear.of(engine, 3, 2);
        AdamW optimizer = new AdamW(layer, settings(0))) {
      assertEquals(0, optimizer.gradientNorm());
      float[] weight = layer.weight().tensor().toFloats();
      float[] bias = layer.bias().tensor().toFloats();
      try (var scope = engine.scope()) {
        layer.bias().tensor().sum().backward();
      }
      optimizer.step(1, optimizer.gradientNorm());
      assertEquals(1, optimizer.steps());
      assertArrayEquals(weight, layer.weight().tensor().toFloats(), "no decay either");
      assertFalse(Arrays.equals(bias, layer.bias().tensor().toFloats()));
      optimizer.resume(41);
      optimizer.step(1, 1);
      assertEquals(42, optimizer.steps());
    }
  }

  @Test
  void theMomentsOfEveryTrainedParameterAreTheStateUntilTheOptimizerIsClosed() {
    try (Engine engine = Engine.open(OPTIONS);
        Linear layer = Linear.of(engine, 3, 2)) {
      long before = engine.memory().liveArrays();
      AdamW optimizer = new AdamW(layer, settings(0));
      assertEquals(
          List.of("first.weight", "first.bias", "second.weight", "second.bias"),
          List.copyOf(optimizer.state().keySet()));
      try (var scope = engine.scope()) {
        layer.bias().tensor().mul(3).sum().backward();
      }
      optimizer.step(1, 1);
      layer.zeroGrad();
      assertArrayEquals(
          new float[] {0.3f, 0.3f}, optimizer.state().get("first.bias").tensor().toFloats(), 1e-6f);
      assertArrayEquals(
          new float[] {0.009f, 0.009f},
          optimizer.state().get("second.bias").tensor().toFloats(),
          1e-6f);
      optimizer.close();
      assertEquals(before, engine.memory().liveArrays());
    }
  }
}

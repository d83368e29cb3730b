package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;

/** What changes which parameter by how much. */
class DescentTest {
  private static final EngineOptions OPTIONS =
      EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);

  private static OptimizerSettings settings(double clipNorm) {
    return settings(clipNorm, LayerDecay.NONE);
  }

  private static OptimizerSettings settings(double clipNorm, LayerDecay decay) {
    return new OptimizerSettings(
        0.1,
        0.25,
        decay,
        0.05,
        0.01,
        clipNorm,
        0,
        new AdamW.Settings(0.9, 0.999, 1e-8),
        new Plain.Settings());
  }

  private static Map<String, ParameterGroups.Entry> groups(String model) {
    return groups(model, LayerDecay.NONE);
  }

  private static Map<String, ParameterGroups.Entry> groups(String model, LayerDecay decay) {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built =
            SegmentationModels.build(engine, Variants.get(model), ClassSpace.ofSize(3))) {
      return ParameterGroups.of(built, settings(0, decay)).stream()
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
  void aLayerLearnsSlowerThanTheOneBehindItAndTheLastAsTheBackboneDoes() {
    Map<String, ParameterGroups.Entry> eomt = groups("eomt-s", new LayerDecay(0.5, 0));
    assertGroup(eomt, "backbone.blocks.11.attn.qkv.weight", 0.25, 0.05);
    assertGroup(eomt, "backbone.norm.weight", 0.25, 0.01);
    assertGroup(eomt, "backbone.blocks.10.ls1.gamma", 0.125, 0.05);
    assertGroup(eomt, "backbone.blocks.0.norm1.weight", 0.25 * Math.pow(0.5, 11), 0.01);
    assertGroup(eomt, "backbone.pos_embed", 0.25 * Math.pow(0.5, 11), 0.05);
    assertGroup(eomt, "sem_seg_head.predictor.query_feat.weight", 1, 0.01);
    assertGroup(eomt, "sem_seg_head.predictor.mask_head.0.weight", 1, 0.05);
    Map<String, ParameterGroups.Entry> spared = groups("eomt-s", new LayerDecay(0.5, 3));
    assertGroup(spared, "backbone.blocks.9.attn.qkv.weight", 0.25, 0.05);
    assertGroup(spared, "backbone.blocks.8.attn.qkv.weight", 0.25 * Math.pow(0.5, 3), 0.05);
  }

  /** A step of the rest alone leaves the backbone where it is, whatever its rate. */
  @Test
  void theBackboneMovesByAFactorOfItsOwn() {
    try (Engine engine = Engine.open(OPTIONS);
        SegmentationModel model =
            SegmentationModels.build(
                engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(3));
        Optimizer optimizer = settings(0).over(model)) {
      Map<String, Parameter> trained = model.parameters();
      trained.values().removeIf(p -> !p.isTrainable());
      Map<String, float[]> before =
          trained.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().tensor().toFloats()));
      optimizer.step(
          () -> {
            try (var scope = engine.scope()) {
              Tensor sum = engine.scalar(0);
              for (Parameter p : trained.values()) {
                sum = sum.add(p.tensor().square().sum()).add(p.tensor().sum());
              }
              sum.backward();
            }
            return 0;
          },
          1,
          0);
      trained.forEach(
          (name, p) ->
              assertEquals(
                  name.startsWith("backbone."),
                  Arrays.equals(before.get(name), p.tensor().toFloats()),
                  name));
    }
  }

  @Test
  void frozenNormalisationIsNotTrained() {
    assertFalse(
        groups("mask2former-r50").keySet().stream().anyMatch(n -> n.contains("stem.conv1.norm")));
  }

  @Test
  void aLearningRateOfZeroChangesNothing() {
    OptimizerSettings still =
        new OptimizerSettings(
            0,
            1,
            LayerDecay.NONE,
            0.5,
            0.5,
            0,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    try (Engine engine = Engine.open(OPTIONS);
        Linear layer = Linear.of(engine, 3, 2);
        Optimizer optimizer = still.over(layer)) {
      float[] before = layer.weight().tensor().toFloats();
      optimizer.step(() -> evaluate(engine, layer.weight().tensor()::square), 1);
      assertArrayEquals(before, layer.weight().tensor().toFloats());
    }
  }

  /** Leaves the gradients of a sum. */
  private static double evaluate(Engine engine, Supplier<Tensor> terms) {
    try (var scope = engine.scope()) {
      Tensor sum = terms.get().sum();
      sum.backward();
      return sum.item();
    }
  }

  /** The change of each parameter by a first step of gradients {@code scale * gradient}. */
  private static Map<String, float[]> step(double clipNorm, double scale) {
    try (Engine engine = Engine.open(OPTIONS);
        SegmentationModel model =
            SegmentationModels.build(
                engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(3));
        Optimizer optimizer =
            // With an epsilon far above the gradients the step is proportional to them.
            new OptimizerSettings(
                    1e6,
                    1,
                    LayerDecay.NONE,
                    0,
                    0,
                    clipNorm,
                    0,
                    new AdamW.Settings(0.9, 0.999, 1e6),
                    new Plain.Settings())
                .over(model)) {
      Parameter p = model.parameters().get("sem_seg_head.predictor.class_embed.bias");
      float[] before = p.tensor().toFloats();
      Closure closure =
          () ->
              evaluate(
                  engine,
                  () -> p.tensor().mul(engine.floats(new float[] {3, 0, 4, 0}, 4)).mul(scale));
      assertEquals(5 * scale, optimizer.step(closure, 1).gradientNorm(), 1e-5 * scale);
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
        Optimizer optimizer = settings(0).over(layer)) {
      float[] weight = layer.weight().tensor().toFloats();
      float[] bias = layer.bias().tensor().toFloats();
      assertEquals(0, optimizer.step(() -> 0, 1).gradientNorm());
      assertArrayEquals(bias, layer.bias().tensor().toFloats());
      optimizer.step(() -> evaluate(engine, layer.bias()::tensor), 1);
      assertEquals(2, optimizer.steps());
      assertArrayEquals(weight, layer.weight().tensor().toFloats(), "no decay either");
      assertFalse(Arrays.equals(bias, layer.bias().tensor().toFloats()));
      optimizer.resume(41);
      optimizer.step(() -> 0, 1);
      assertEquals(42, optimizer.steps());
    }
  }

  @Test
  void theMomentsOfEveryTrainedParameterAreTheStateUntilTheOptimizerIsClosed() {
    try (Engine engine = Engine.open(OPTIONS);
        Linear layer = Linear.of(engine, 3, 2)) {
      long before = engine.memory().liveArrays();
      Optimizer optimizer = settings(0).over(layer);
      assertEquals(
          List.of("first.weight", "first.bias", "second.weight", "second.bias"),
          List.copyOf(optimizer.state().keySet()));
      optimizer.step(() -> evaluate(engine, () -> layer.bias().tensor().mul(3)), 1);
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

package org.maskwright.modelzoo.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.ModelSummary;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnEmbeddingPart;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;

/** Laws of answers to prompts; their values are compared with Transformers' elsewhere. */
class PromptDecoderTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(5);
  private static final ClassSpace OBJECT = ClassSpace.ofSize(1);
  private static final float ROUNDING = 1e-4f;
  private static final int SIDE = 64;

  static VitPart.Settings encoder(int mapChannels) {
    return new VitPart.Settings(
        VitFamily.SAM,
        16,
        32,
        2,
        2,
        64,
        VitActivation.GELU,
        false,
        4,
        0,
        3,
        List.of(1),
        32,
        0,
        mapChannels,
        0,
        false);
  }

  static ModelConfig tiny(int divisibility) {
    return new ModelConfig(
        32,
        4,
        divisibility,
        encoder(0),
        new ImageEmbeddingPart.Settings(),
        new PromptsPart.Settings(2, 4, 64, 0));
  }

  private static Tensor pixels(Engine engine, int batch, int height, int width) {
    return engine.normal(engine.random().get("test"), 0, 1, batch, 3, height, width);
  }

  /** Masks and qualities, object by object. */
  private static float[][] answers(PromptDecoder decoder, PixelFeatures features, Prompts asked) {
    PromptDecoder.Answer answer = decoder.decode(features, SIDE, SIDE, asked);
    int size = asked.size();
    float[] masks = answer.masks().cast(DType.FLOAT32).toFloats();
    float[] quality = answer.quality().cast(DType.FLOAT32).toFloats();
    float[][] out = new float[size][];
    for (int p = 0; p < size; p++) {
      int n = masks.length / size;
      out[p] = Arrays.copyOf(Arrays.copyOfRange(masks, p * n, (p + 1) * n), n + 4);
      System.arraycopy(quality, 4 * p, out[p], n, 4);
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"b,93735472", "l,312342832", "h,641090608"})
  void parametersAreThoseOfThePublishedModels(String size, long parameters) {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("sam-vit-" + size), OBJECT)) {
      assertEquals(parameters, model.parameterCount());
      Module encoder = model.decoder().children().get("prompt_encoder");
      assertEquals(6_220, encoder.parameterCount());
      assertEquals(4_058_340, model.decoder().parameterCount() - encoder.parameterCount());
      assertEquals(
          256, model.decoder().buffers().values().stream().mapToLong(p -> p.numel()).sum());
    }
  }

  @Test
  void masksHaveAQuarterOfTheSidesOfTheSquareThatImagesArePaddedTo() {
    ModelSummary summary = ModelSummary.of(Variants.get("sam-vit-b"), 1, 700, 1024);
    assertEquals("[1,4,256,256]", summary.maskLogits());
    assertEquals(Optional.empty(), summary.classLogits());
    assertEquals(List.of("[1,256,64,64]"), summary.parts().get(0).outputs());
  }

  @Test
  void askedTogetherAsAskedAloneWhateverTheOrderAndTheImage() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = SegmentationModels.build(engine, tiny(16), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 2, SIDE, SIDE);
      PixelFeatures both = model.features(pixels);
      PixelFeatures second = model.features(pixels.slice(0, 1, 2));
      PromptDecoder decoder = model.promptDecoder();
      float[][] together =
          answers(
              decoder,
              both,
              Prompts.ofPoints(
                  new int[] {1, 0, 1},
                  new float[] {10.5f, 20.5f, 10.5f, 20.5f, 50, 3},
                  new int[] {1, 1, 0}));
      float[][] alone =
          answers(
              decoder,
              second,
              Prompts.ofPoints(new int[2], new float[] {50, 3, 10.5f, 20.5f}, new int[] {0, 1}));
      assertArrayEquals(together[0], alone[1], ROUNDING);
      assertArrayEquals(together[2], alone[0], ROUNDING);
      assertFalse(Arrays.equals(together[0], together[1]));
    }
  }

  @Test
  void everyKindOfPromptChangesTheAnswer() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = SegmentationModels.build(engine, tiny(16), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = model.features(pixels(engine, 1, SIDE, SIDE));
      int[] image = new int[1];
      float[] at = {10.5f, 20.5f};
      float[] box = {4.5f, 8.5f, 40.5f, 50.5f};
      float[] elsewhere = {4.5f, 8.5f, 40.5f, 62.5f};
      Tensor mask = engine.normal(engine.random().get("test"), 0, 5, 1, 1, 16, 16);
      List<Prompts> asked =
          List.of(
              Prompts.ofPoints(image, at, new int[] {Prompts.OBJECT}),
              Prompts.ofPoints(image, at, new int[] {Prompts.BACKGROUND}),
              Prompts.ofPoints(image, at, new int[] {Prompts.PADDING}),
              Prompts.ofPoints(image, new float[] {11.5f, 20.5f}, new int[] {Prompts.OBJECT}),
              Prompts.ofBoxes(image, box),
              Prompts.ofBoxes(image, elsewhere),
              new Prompts(image, at, new int[] {1}, 1, Optional.of(box), Optional.empty()),
              Prompts.ofBoxes(image, box).withMasks(mask),
              Prompts.ofBoxes(image, box).withMasks(mask.neg()),
              new Prompts(image, new float[0], new int[0], 0, Optional.empty(), Optional.of(mask)),
              new Prompts(image, new float[0], new int[0], 0, Optional.empty(), Optional.empty()));
      List<float[]> seen =
          asked.stream().map(p -> answers(decoder(model), features, p)[0]).toList();
      for (int i = 0; i < seen.size(); i++) {
        for (int j = 0; j < i; j++) {
          float most = 0;
          for (int k = 0; k < seen.get(i).length; k++) {
            most = Math.max(most, Math.abs(seen.get(i)[k] - seen.get(j)[k]));
          }
          assertTrue(most > ROUNDING, asked.get(i) + " and " + asked.get(j));
        }
      }
    }
  }

  private static PromptDecoder decoder(SegmentationModel model) {
    return model.promptDecoder();
  }

  @Test
  void whereAPaddingPointIsDoesNotMatter() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = SegmentationModels.build(engine, tiny(16), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = model.features(pixels(engine, 1, SIDE, SIDE));
      float[][] two =
          answers(
              model.promptDecoder(),
              features,
              new Prompts(
                  new int[2],
                  new float[] {7, 8, 0, 0, 7, 8, 60, 60},
                  new int[] {1, -1, 1, -1},
                  2,
                  Optional.empty(),
                  Optional.empty()));
      assertArrayEquals(two[0], two[1], ROUNDING);
    }
  }

  /** On the maps of any backbone. */
  private static ModelConfig pyramid(int stride) {
    return new ModelConfig(
        32,
        4,
        32,
        new ResNetPart.Settings(
            ResNetPart.Block.BASIC,
            List.of(1, 1, 1, 1),
            16,
            ResNetPart.Stem.BASIC,
            ResNetPart.Norm.BATCH,
            false),
        new FpnEmbeddingPart.Settings(stride),
        new PromptsPart.Settings(2, 4, 64, 0));
  }

  @ParameterizedTest
  @CsvSource({"4, '[1,4,96,160]'", "8, '[1,4,48,80]'", "16, '[1,4,24,40]'"})
  void masksOfAPyramidHaveFourTimesTheSidesOfItsMap(int stride, String masks) {
    assertEquals(masks, ModelSummary.of(pyramid(stride), 1, 96, 160).maskLogits());
  }

  @ParameterizedTest
  @CsvSource({"0", "4", "8", "16"})
  void everyParameterLearns(int stride) {
    ModelConfig config = stride == 0 ? tiny(16) : pyramid(stride);
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = SegmentationModels.build(engine, config, OBJECT);
        var scope = engine.scope()) {
      model.setTraining(true);
      PixelFeatures features = model.features(pixels(engine, 1, 32, SIDE));
      PixelFeatures.Level map = features.memory().get(0);
      Tensor mask =
          engine.normal(
              engine.random().get("test"), 0, 5, 2, 1, 4L * map.height(), 4L * map.width());
      Tensor loss = engine.scalar(0);
      List<Prompts> asked =
          List.of(
              Prompts.ofPoints(new int[2], new float[] {7, 8, 30, 30}, new int[] {1, 0}),
              Prompts.ofBoxes(new int[2], new float[] {1, 2, 30, 40, 5, 6, 60, 20})
                  .withMasks(mask));
      for (Prompts prompts : asked) {
        PromptDecoder.Answer answer = model.promptDecoder().decode(features, 32, SIDE, prompts);
        loss =
            loss.add(answer.masks().square().mean()).add(answer.quality().sub(2).square().mean());
      }
      loss.backward();
      model
          .parameters()
          .forEach(
              (name, p) -> {
                Tensor grad = p.grad();
                assertTrue(grad != null && grad.abs().sum().item() > 0, name);
              });
    }
  }

  @Test
  void dropoutActsInTrainingAlone() {
    PromptsPart.Settings paper = new PromptsPart.Settings(2, 4, 64, 0.1);
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model =
            SegmentationModels.build(engine, tiny(16).withDecoder(paper), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = model.features(pixels(engine, 1, SIDE, SIDE));
      Prompts point = Prompts.ofPoints(new int[1], new float[] {9, 9}, new int[] {1});
      float[] first = answers(model.promptDecoder(), features, point)[0];
      assertArrayEquals(first, answers(model.promptDecoder(), features, point)[0]);
      model.setTraining(true);
      engine.random().startImages(7, 0);
      float[] dropped = answers(model.promptDecoder(), features, point)[0];
      assertFalse(Arrays.equals(first, dropped));
      engine.random().startImages(7, 0);
      assertArrayEquals(dropped, answers(model.promptDecoder(), features, point)[0]);
    }
  }

  /** Places keep their digits: a prompt of another pixel is another prompt in bfloat16 too. */
  @ParameterizedTest
  @CsvSource({"torch", "nd4j"})
  void bfloat16AnswersAsFloat32DoesButForItsRounding(String backend) {
    try (Engine engine = Engine.open(SEEDED.withBackend(backend));
        SegmentationModel model = SegmentationModels.build(engine, tiny(16), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 1, SIDE, SIDE);
      Prompts points =
          Prompts.ofPoints(new int[2], new float[] {10.5f, 20.5f, 11.5f, 20.5f}, new int[] {1, 1})
              .withMasks(engine.zeros(2, 1, 16, 16));
      float[][] exact = answers(model.promptDecoder(), model.features(pixels), points);
      float[][] rounded;
      try (var half = engine.withPrecision(Precision.BF16)) {
        rounded = answers(model.promptDecoder(), model.features(pixels), points);
      }
      double largest = 0;
      double worst = 0;
      for (int i = 0; i < exact[0].length; i++) {
        largest = Math.max(largest, Math.abs(exact[0][i]));
        worst = Math.max(worst, Math.abs(exact[0][i] - rounded[0][i]));
      }
      assertTrue(worst < 0.1 * largest, worst + " of " + largest);
      assertFalse(Arrays.equals(rounded[0], rounded[1]));
    }
  }

  @Test
  void wrongPromptsAreRefusedWithWhatWasExpected() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = SegmentationModels.build(engine, tiny(16), OBJECT);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = model.features(pixels(engine, 1, SIDE, SIDE));
      PromptDecoder decoder = model.promptDecoder();
      float[] at = {1, 2};
      int[] object = {1};
      assertRefused(
          "expected images 0 to 0 of the batch, got 1",
          () -> decoder.decode(features, SIDE, SIDE, Prompts.ofPoints(new int[] {1}, at, object)));
      Prompts small =
          Prompts.ofPoints(new int[1], at, object).withMasks(engine.zeros(1, 1, 64, 64));
      assertRefused(
          "expected masks [1,1,16,16]", () -> decoder.decode(features, SIDE, SIDE, small));
      assertRefused(
          "expected labels 1, 0 or -1, got 2",
          () -> Prompts.ofPoints(new int[1], at, new int[] {2}));
      assertRefused(
          "expected at least one object", () -> Prompts.ofBoxes(new int[0], new float[0]));
      assertRefused(
          "boxes [P,4] of 4 numbers, got 3", () -> Prompts.ofBoxes(new int[1], new float[3]));
      IllegalStateException none =
          assertThrows(IllegalStateException.class, () -> model.predict(pixels(engine, 1, 64, 64)));
      assertTrue(none.getMessage().contains("expected prompts"), none.getMessage());
    }
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    ModelConfig sam = tiny(16);
    ModelConfig other = Variants.get("mask2former-tiny");
    assertRefused("expected type prompts", () -> sam.withDecoder(other.decoder()));
    assertRefused("map-channels 0", () -> sam.withBackbone(other.backbone()));
    assertRefused("map-channels 0", () -> sam.withBackbone(encoder(32)));
    assertRefused("type image-embedding", () -> sam.withPixelDecoder(other.pixelDecoder()));
    assertRefused(
        "another type than image-embedding", () -> other.withPixelDecoder(sam.pixelDecoder()));
    assertRefused(
        "fpn-embedding", () -> pyramid(4).withPixelDecoder(new ImageEmbeddingPart.Settings()));
    assertRefused(
        "type image-embedding", () -> sam.withPixelDecoder(new FpnEmbeddingPart.Settings(8)));
    assertRefused("one of [4, 8, 16]", () -> new FpnEmbeddingPart.Settings(2));
    assertRefused("divides 16", () -> sam.withDecoder(new PromptsPart.Settings(2, 32, 64, 0)));
    assertRefused(
        "an eighth of hidden-dim",
        () -> new ModelConfig(32, 32, 16, encoder(0), sam.pixelDecoder(), sam.decoder()));
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model = SegmentationModels.build(engine, other, OBJECT)) {
      assertRefused("expected the mask decoder prompts", model::promptDecoder);
    }
  }

  private static void assertRefused(String message, org.junit.jupiter.api.function.Executable run) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, run);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}

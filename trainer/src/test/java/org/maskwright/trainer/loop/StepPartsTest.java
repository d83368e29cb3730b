package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.decoder.PerPixelPlusPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.TransformerFpnPart;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * A step that is computed in parts is the step of one large batch: the same losses and the same
 * gradients, with dropout, drop path, sampled points, images of different sizes and numbers of
 * targets.
 */
class StepPartsTest {
  private static final int CLASSES = 3;
  private static final double TOLERANCE = 1e-5;

  /**
   * Of gradients. Held to instructions without fused multiply-add, which round twice, oneDNN's
   * products lose more: 1.1e-5 was seen.
   */
  private static final double GRADIENT_TOLERANCE =
      Set.of("SSE41", "AVX").contains(System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", ""))
          ? 2e-5
          : TOLERANCE;

  /** Sum of each loss over the parts, and gradients by parameter. */
  private record Result(Map<String, Double> losses, Map<String, float[]> gradients) {}

  private static ModelConfig model(String name, boolean checkpointing) {
    BackboneConfig swin =
        new SwinPart.Settings(
            16, List.of(1, 1, 2, 1), List.of(2, 2, 4, 4), 4, 2, 0.3, checkpointing);
    double dropout = 0.2;
    return new ModelConfig(
        32,
        32,
        32,
        swin,
        switch (name) {
          case "mask2former" -> new DeformablePart.Settings(2, 2, 4, 64, dropout);
          case "maskformer" -> new TransformerFpnPart.Settings(1, 2, 64, dropout);
          default -> new FpnPart.Settings();
        },
        switch (name) {
          case "mask2former" -> new MaskedAttentionPart.Settings(6, 3, 2, 64);
          case "maskformer" -> new DetrPart.Settings(6, 2, 2, 64, dropout);
          case "per-pixel" -> new PerPixelPart.Settings();
          default -> new PerPixelPlusPart.Settings(2, 2, 64, dropout);
        });
  }

  static CriterionSettings criterion(String name) {
    return switch (name) {
      case "mask2former" -> new CriterionSettings.Points(2, 5, 5, 0.1, 256, 3, 0.75);
      case "maskformer" -> new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2);
      default -> new CriterionSettings.PerPixel(1);
    };
  }

  /** An image of noise with rectangles. */
  private static TrainingExample example(int number, int height, int width, int targets) {
    Random random = new Random(number);
    byte[] image = new byte[3 * height * width];
    random.nextBytes(image);
    MaskStack masks = new MaskStack(targets, height, width);
    int[] classes = new int[targets];
    for (int n = 0; n < targets; n++) {
      classes[n] = random.nextInt(CLASSES);
      int x = random.nextInt(width - 12);
      int y = random.nextInt(height - 12);
      for (int row = y; row < y + 12; row++) {
        masks.setRow(n, row, x, x + 12);
      }
    }
    SampleInfo info = new SampleInfo(ImageId.of(number), Path.of(number + ".png"), width, height);
    Size size = new Size(width, height);
    return new TrainingExample(
        info, new PixelPlanes.Bytes(size, image), size, size, classes, masks);
  }

  /** Four images of different sizes, one without a target, one with more than there are queries. */
  private static final List<TrainingExample> IMAGES =
      List.of(
          example(1, 64, 48, 1),
          example(2, 40, 96, 9),
          example(3, 64, 64, 0),
          example(4, 32, 32, 3));

  static Step step(long number, int... sizes) {
    List<Batch> parts = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      parts.add(new Batch(IMAGES.subList(from, from + size), LoaderState.START));
      from += size;
    }
    return new Step(number, parts);
  }

  private static Result result(SegmentationModel model, String name, Step step) {
    SegmentationTask task =
        new SegmentationTask(
            model,
            Criterion.of(criterion(name)),
            List.of(new SourceSupervision(new Masks.Settings())),
            Normalization.IMAGENET,
            w -> {});
    StepNormalizers normalizers = task.normalizers(step);
    Map<String, Double> losses = new LinkedHashMap<>();
    for (int part = 0; part < step.parts().size(); part++) {
      try (Scope scope = model.engine().scope()) {
        Losses of =
            task.losses(new StepPart(step, part, normalizers, new Decisions(), new Phases()));
        for (LossPart value : of.values()) {
          losses.merge(value.name(), value.value(), Double::sum);
        }
        of.total().backward();
      }
    }
    Map<String, float[]> gradients = new LinkedHashMap<>();
    model.parameters().forEach((key, p) -> gradients.put(key, p.grad().toFloats()));
    model.zeroGrad();
    return new Result(losses, gradients);
  }

  static SegmentationModel build(Engine engine, String name, boolean checkpointing) {
    SegmentationModel model =
        SegmentationModels.build(engine, model(name, checkpointing), ClassSpace.ofSize(CLASSES));
    model.setTraining(true);
    return model;
  }

  static Engine open(String backend) {
    return Engine.open(
        EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1).withSeed(11));
  }

  private static double largest(float[] values) {
    double out = 0;
    for (float v : values) {
      out = Math.max(out, Math.abs(v));
    }
    return out;
  }

  private static void assertSame(Result whole, Result parts) {
    assertEquals(whole.losses().keySet(), parts.losses().keySet());
    whole
        .losses()
        .forEach(
            (name, loss) ->
                assertEquals(loss, parts.losses().get(name), TOLERANCE * Math.max(1, loss), name));
    double scale =
        whole.gradients().values().stream().mapToDouble(StepPartsTest::largest).max().getAsDouble();
    whole
        .gradients()
        .forEach(
            (name, expected) -> {
              float[] got = parts.gradients().get(name);
              double difference = 0;
              for (int i = 0; i < expected.length; i++) {
                difference = Math.max(difference, Math.abs(expected[i] - got[i]));
              }
              assertTrue(
                  difference <= GRADIENT_TOLERANCE * Math.max(1, scale),
                  name + ": differs by " + difference + ", the largest is " + scale);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former,torch", "maskformer,torch", "per-pixel,torch", "per-pixel-plus,torch",
    "mask2former,nd4j", "maskformer,nd4j", "per-pixel,nd4j", "per-pixel-plus,nd4j"
  })
  void partsHaveTheLossesAndGradientsOfTheWhole(String name, String backend) {
    try (Engine engine = open(backend);
        SegmentationModel model = build(engine, name, false)) {
      Result whole = result(model, name, step(5, 4));
      assertSame(whole, result(model, name, step(5, 1, 1, 1, 1)));
      assertSame(whole, result(model, name, step(5, 3, 1)));
    }
  }

  @Test
  void checkpointedPartsDropWhatTheWholeDrops() {
    Result[] results = new Result[2];
    for (int i = 0; i < 2; i++) {
      try (Engine engine = open("torch");
          SegmentationModel model = build(engine, "mask2former", i == 1)) {
        results[i] = result(model, "mask2former", i == 0 ? step(5, 4) : step(5, 2, 2));
      }
    }
    assertSame(results[0], results[1]);
  }

  @Test
  void anotherStepDropsAndSamplesOtherwise() {
    try (Engine engine = open("torch");
        SegmentationModel model = build(engine, "mask2former", false)) {
      Map<String, Double> fifth = result(model, "mask2former", step(5, 4)).losses();
      Map<String, Double> sixth = result(model, "mask2former", step(6, 4)).losses();
      assertTrue(fifth.keySet().stream().noneMatch(k -> fifth.get(k).equals(sixth.get(k))));
    }
  }

  @Test
  void aStepWithoutTargetsInAllItsPartsHasOnlyTheClassLoss() {
    try (Engine engine = open("torch");
        SegmentationModel model = build(engine, "maskformer", false)) {
      List<Batch> empty =
          List.of(
              new Batch(List.of(IMAGES.get(2)), LoaderState.START),
              new Batch(List.of(IMAGES.get(2)), LoaderState.START));
      Result result = result(model, "maskformer", new Step(1, empty));
      assertTrue(result.losses().keySet().stream().allMatch(k -> k.startsWith("loss_ce")));
      assertTrue(Arrays.stream(new double[] {result.losses().get("loss_ce")}).allMatch(v -> v > 0));
    }
  }
}

package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.prompt.PromptKind;
import org.maskwright.trainer.prompt.PromptTaskKind;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.schedule.Schedule;
import org.maskwright.trainer.source.TrainingData;

/** Steps in which a model learns to answer prompts. */
class PromptStepsTest {
  private static final int SIDE = 64;
  private static final PromptTaskKind.Settings SETTINGS = settings(8, true);

  private static PromptTaskKind.Settings settings(int objects, boolean hypotheses) {
    return new PromptTaskKind.Settings(
        objects, 0.9, 3, 0.5, 0.1, 20, hypotheses, 2, 20, 0.25, 2, 1, 1);
  }

  private static SegmentationModel model(Engine engine, double dropPath) {
    return model(engine, 32, dropPath);
  }

  private static SegmentationModel model(Engine engine, int width, double dropPath) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.SAM,
            8,
            width,
            2,
            2,
            2 * width,
            VitActivation.GELU,
            false,
            SIDE / 8,
            0,
            0,
            List.of(),
            width,
            0,
            0,
            dropPath,
            false);
    SegmentationModel model =
        SegmentationModels.build(
            engine,
            new ModelConfig(
                width,
                width / 8,
                SIDE,
                encoder,
                new ImageEmbeddingPart.Settings(),
                new PromptsPart.Settings(2, 2, 64, 0)),
            ClassSpace.ofSize(1));
    model.setTraining(true);
    return model;
  }

  private static TrainTask task(SegmentationModel model, PromptTaskKind.Settings settings) {
    return TrainTaskSettings.built(
        settings,
        new TrainTaskSettings.Context(
            model,
            new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2),
            List.of(new SourceSupervision(new Masks.Settings())),
            Normalization.IMAGENET,
            warning -> {}));
  }

  /** An image of noise with squares; the last target has the image's size. */
  private static TrainingExample example(int number, int targets, boolean background) {
    java.util.Random random = new java.util.Random(number);
    byte[] image = new byte[3 * SIDE * SIDE];
    random.nextBytes(image);
    int all = targets + (background ? 1 : 0);
    MaskStack masks = new MaskStack(all, SIDE, SIDE);
    for (int n = 0; n < targets; n++) {
      int x = random.nextInt(SIDE - 16);
      int y = random.nextInt(SIDE - 16);
      for (int row = y; row < y + 16; row++) {
        masks.setRow(n, row, x, x + 16);
      }
    }
    for (int row = 0; background && row < SIDE; row++) {
      masks.setRow(targets, row, 0, SIDE);
    }
    Size size = new Size(SIDE, SIDE);
    SampleInfo info = new SampleInfo(ImageId.of(number), Path.of(number + ".png"), SIDE, SIDE);
    return new TrainingExample(
        info, new PixelPlanes.Bytes(size, image), size, size, new int[all], masks);
  }

  private static Step step(List<TrainingExample> images, int... sizes) {
    List<Batch> parts = new ArrayList<>();
    int from = 0;
    for (int size : sizes) {
      parts.add(new Batch(images.subList(from, from + size), LoaderState.START));
      from += size;
    }
    return new Step(5, parts);
  }

  /** Sum of each loss over the parts, and gradients by parameter. */
  private record Result(Map<String, Double> losses, Map<String, float[]> gradients) {}

  private static Result result(TrainTask task, Step step) {
    StepNormalizers normalizers = task.normalizers(step);
    Map<String, Double> losses = new LinkedHashMap<>();
    for (int part = 0; part < step.parts().size(); part++) {
      add(task, new StepPart(step, part, normalizers, new Decisions(), new Phases()), losses);
    }
    Map<String, float[]> gradients = new LinkedHashMap<>();
    task.model()
        .parameters()
        .forEach(
            (key, p) -> gradients.put(key, p.grad() == null ? new float[0] : p.grad().toFloats()));
    task.model().zeroGrad();
    return new Result(losses, gradients);
  }

  private static void add(TrainTask task, StepPart part, Map<String, Double> losses) {
    try (Scope scope = task.model().engine().scope()) {
      Losses of = task.losses(part);
      for (LossPart value : of.values()) {
        losses.merge(value.name(), value.value(), Double::sum);
      }
      of.total().backward();
    }
  }

  private static void assertClose(Result expected, Result got) {
    assertEquals(expected.losses().keySet(), got.losses().keySet());
    expected
        .losses()
        .forEach((name, loss) -> assertEquals(loss, got.losses().get(name), 1e-4, name));
    double scale = 0;
    for (float[] gradient : expected.gradients().values()) {
      for (float v : gradient) {
        scale = Math.max(scale, Math.abs(v));
      }
    }
    for (String name : expected.gradients().keySet()) {
      float[] a = expected.gradients().get(name);
      float[] b = got.gradients().get(name);
      for (int i = 0; i < a.length; i++) {
        assertEquals(a[i], b[i], 1e-4 * Math.max(1, scale), name);
      }
    }
  }

  private static final List<TrainingExample> IMAGES =
      List.of(
          example(1, 3, false), example(2, 5, true), example(3, 0, false), example(4, 1, false));

  @ParameterizedTest
  @CsvSource({"torch"})
  void partsHaveTheLossesAndGradientsOfTheWhole(String backend) {
    try (Engine engine = StepPartsTest.open(backend);
        SegmentationModel model = model(engine, 0.2)) {
      TrainTask task = task(model, SETTINGS);
      Result whole = result(task, step(IMAGES, 4));
      assertEquals(Set.of("loss_mask", "loss_dice", "loss_quality"), whole.losses().keySet());
      assertClose(whole, result(task, step(IMAGES, 1, 1, 1, 1)));
      assertClose(whole, result(task, step(IMAGES, 2, 2)));
    }
  }

  @Test
  void aPartThatIsComputedAgainHasTheSameLosses() {
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = model(engine, 0.2)) {
      TrainTask task = task(model, SETTINGS);
      Step step = step(IMAGES, 4);
      StepPart part = new StepPart(step, 0, task.normalizers(step), new Decisions(), new Phases());
      Map<String, Double> first = new LinkedHashMap<>();
      Map<String, Double> again = new LinkedHashMap<>();
      add(task, part, first);
      part.decisions().replay();
      add(task, part, again);
      assertEquals(first, again);
    }
  }

  @Test
  void anImageWithoutObjectsLosesNothing() {
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = model(engine, 0)) {
      Result result = result(task(model, SETTINGS), step(List.of(IMAGES.get(2)), 1));
      assertEquals(Map.of(), result.losses());
    }
  }

  @Test
  void objectsAreLimitedAndLargeOnesLeftOut() {
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = model(engine, 0)) {
      Step step = step(IMAGES, 4);
      assertEquals(9, task(model, SETTINGS).normalizers(step).get("objects"));
      assertEquals(5, task(model, settings(2, true)).normalizers(step).get("objects"));
    }
  }

  @Test
  void pointsInPlaceOfMasksAreRefused() {
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = model(engine, 0)) {
      TrainTaskSettings.Context context =
          new TrainTaskSettings.Context(
              model,
              new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2),
              List.of(new SourceSupervision(new Masks.Settings(), Map.of("mask", 0.5))),
              Normalization.IMAGENET,
              warning -> {});
      assertThrows(ConfigException.class, () -> SETTINGS.build(context));
    }
  }

  /** Three squares in colours of their own. */
  private static Tiles tiles() {
    return new Tiles(
        Categories.things("box"),
        SIDE,
        List.of(
            List.of(
                new Tiles.Tile(0, 4, 4, 24, 20),
                new Tiles.Tile(0, 36, 8, 20, 28),
                new Tiles.Tile(0, 10, 36, 22, 22)),
            List.of(new Tiles.Tile(0, 8, 30, 28, 28), new Tiles.Tile(0, 40, 4, 18, 40))));
  }

  @Test
  void aBatchIsLearntByHeart() {
    Tiles data = tiles();
    OptimizerSettings optimization =
        new OptimizerSettings(
            2e-3,
            1,
            LayerDecay.NONE,
            0,
            0,
            1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    int steps = 150;
    try (Engine engine = StepPartsTest.open("torch");
        SegmentationModel model = model(engine, 64, 0);
        Optimizer optimizer = optimization.over(model);
        Loader loader =
            new Loader(data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(2, 5, 1))) {
      new Trainer(
              task(
                  model,
                  new PromptTaskKind.Settings(8, 0.9, 2, 0.5, 0.1, 20, true, 2, 5, 0.5, 2, 5, 1)),
              optimizer,
              Optional.empty(),
              optimization,
              new Schedule.Constant(),
              1,
              Optional::empty)
          .run(loader, 0, steps, List.of());
      Predictor predictor =
          new Predictor(
              model,
              TrainingData.classSpace(data.categories()),
              Normalization.IMAGENET,
              new InferenceSettings(SIDE, SIDE, 0.8, 0.8, 10, Set.of("prompts")));
      EvalReport report =
          new Evaluation(predictor, data, List.of(new PromptKind()), 1)
              .run(0, Optional.empty(), Optional.empty());
      for (String metric : List.of("mIoU1", "mIoU5", "random1", "random5", "oracle", "box")) {
        assertTrue(report.get("prompts." + metric) >= 95, report.metrics()::toString);
      }
      assertTrue(report.get("prompts.rho") >= 50, report.metrics()::toString);
      assertThrows(
          ConfigException.class,
          () -> new Evaluation(predictor, data, List.of(new PanopticKind()), 1));
    }
  }
}

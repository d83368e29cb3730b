package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.decoder.PerPixelPlusPart;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.schedule.Schedule;
import org.maskwright.trainer.source.TrainingData;

/** The same model, loss and loop learn one batch by heart, whatever the task. */
class OneBatchOverfitsTest {
  private static final int SIDE = 64;

  static ModelConfig model(String name) {
    if (name.equals("eomt")) {
      return eomt();
    }
    BackboneConfig backbone =
        new ResNetPart.Settings(
            ResNetPart.Block.BASIC,
            List.of(1, 1, 1, 1),
            8,
            ResNetPart.Stem.BASIC,
            ResNetPart.Norm.FROZEN,
            false);
    boolean multiScale = name.equals("mask2former");
    return new ModelConfig(
        32,
        32,
        32,
        backbone,
        multiScale ? new DeformablePart.Settings(1, 2, 4, 64, 0) : new FpnPart.Settings(),
        switch (name) {
          case "mask2former" -> new MaskedAttentionPart.Settings(6, 2, 2, 64);
          case "maskformer" -> new DetrPart.Settings(6, 2, 2, 64, 0);
          case "per-pixel" -> new PerPixelPart.Settings();
          case "per-pixel-plus" -> new PerPixelPlusPart.Settings(2, 2, 64, 0);
          default -> throw new IllegalArgumentException(name);
        });
  }

  private static ModelConfig eomt() {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.MAE,
            8,
            32,
            3,
            2,
            64,
            VitActivation.GELU,
            false,
            SIDE / 8,
            0,
            0,
            List.of(),
            0,
            2,
            32,
            0,
            false);
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(6));
  }

  /** Two images: a wall over a floor, two boxes and a ball before them. */
  private static Tiles data(Task task) {
    boolean stuff = task != Task.INSTANCE;
    boolean things = task != Task.SEMANTIC;
    Categories all =
        Categories.of(
            List.of(
                Category.of(3, "box", things),
                Category.of(7, "ball", things),
                Category.of(20, "wall", false),
                Category.of(21, "floor", false)));
    Categories categories = stuff ? all : Categories.of(all.asList().subList(0, 2));
    List<Tiles.Tile> back =
        stuff
            ? List.of(
                new Tiles.Tile(2, 0, 0, SIDE, SIDE / 2),
                new Tiles.Tile(3, 0, SIDE / 2, SIDE, SIDE / 2))
            : List.of();
    return new Tiles(
        categories,
        SIDE,
        List.of(
            join(back, new Tiles.Tile(0, 8, 8, 24, 24), new Tiles.Tile(1, 36, 28, 20, 28)),
            join(back, new Tiles.Tile(1, 4, 32, 28, 24), new Tiles.Tile(0, 40, 8, 20, 36))));
  }

  private static List<Tiles.Tile> join(List<Tiles.Tile> back, Tiles.Tile... front) {
    return java.util.stream.Stream.concat(back.stream(), java.util.Arrays.stream(front)).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former,panoptic,torch",
    "mask2former,instance,torch",
    "mask2former,semantic,torch",
    "maskformer,panoptic,torch",
    "maskformer,instance,torch",
    "maskformer,semantic,torch",
    "mask2former,panoptic,nd4j",
    "mask2former,instance,nd4j",
    "mask2former,semantic,nd4j",
    "maskformer,panoptic,nd4j",
    "maskformer,instance,nd4j",
    "maskformer,semantic,nd4j",
    "eomt,panoptic,torch",
    "eomt,instance,torch",
    "eomt,semantic,torch",
    "eomt,panoptic,nd4j",
    "eomt,instance,nd4j",
    "eomt,semantic,nd4j"
  })
  void panopticQualityOfALearntBatchIsAtLeast95(String name, String taskKey, String backend) {
    Task task = Task.ofKey(taskKey);
    learn(
        name,
        task,
        backend,
        (predictor, data) -> {
          List<String> measured =
              task == Task.PANOPTIC ? List.of("panoptic") : List.of("panoptic", taskKey);
          EvalReport report = evaluate(predictor, data, measured);
          assertTrue(report.get("panoptic.PQ") >= 95, report.metrics()::toString);
          if (task == Task.INSTANCE) {
            assertTrue(report.get("instance.AP") >= 90, report.metrics()::toString);
          }
          if (task == Task.SEMANTIC) {
            assertTrue(report.get("semantic.mIoU") >= 95, report.metrics()::toString);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"per-pixel,torch", "per-pixel-plus,torch", "per-pixel,nd4j", "per-pixel-plus,nd4j"})
  void meanIouOfABatchLearntPixelByPixelIsAtLeast95(String name, String backend) {
    learn(
        name,
        Task.SEMANTIC,
        backend,
        (predictor, data) -> {
          EvalReport report = evaluate(predictor, data, List.of("semantic"));
          assertTrue(report.get("semantic.mIoU") >= 95, report.metrics()::toString);
          for (String other : List.of("panoptic", "instance")) {
            assertThrows(
                ConfigException.class,
                () -> new Evaluation(predictor, data, kinds(List.of(other)), 1));
          }
        });
  }

  private static List<ResultKind<?>> kinds(List<String> names) {
    return names.stream().<ResultKind<?>>map(ResultKinds::get).toList();
  }

  private static EvalReport evaluate(Predictor predictor, Tiles data, List<String> names) {
    return new Evaluation(predictor, data, kinds(names), 1)
        .run(0, Optional.empty(), Optional.empty());
  }

  /** Trains a new model for 100 steps on the batch and hands it over. */
  private static void learn(
      String name, Task task, String backend, BiConsumer<Predictor, Tiles> check) {
    Tiles data = data(task);
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1);
    InferenceSettings inference =
        new InferenceSettings(
            SIDE, SIDE, 0.5, 0.8, 20, new HashSet<>(List.of("panoptic", task.key())));
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine, model(name), TrainingData.classSpace(data.categories()))) {
      Predictor predictor = new Predictor(model, Normalization.IMAGENET, inference);
      train(model, name, data, task, predictor, 100);
      check.accept(predictor, data);
    }
  }

  private static void train(
      SegmentationModel model, String name, Tiles data, Task task, Predictor predictor, int steps) {
    CriterionSettings criterion =
        switch (name) {
          case "mask2former", "eomt" -> new CriterionSettings.Points(2, 5, 5, 0.1, 256, 3, 0.75);
          case "maskformer" -> new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2);
          default -> new CriterionSettings.PerPixel(1);
        };
    OptimizerSettings settings =
        new OptimizerSettings(
            2e-3,
            1,
            LayerDecay.NONE,
            0,
            0,
            1,
            0,
            new AdamW.Settings(0.9, 0.99, 1e-8),
            new Plain.Settings());
    try (Optimizer optimizer = settings.over(model);
        Loader loader =
            new Loader(
                data,
                predictor.preparation(task),
                LoaderSettings.training(data.size(), 1, 1),
                LoaderState.START)) {
      new Trainer(
              new SegmentationTask(
                  model,
                  Criterion.of(criterion),
                  List.of(new SourceSupervision(new Masks.Settings())),
                  Normalization.IMAGENET,
                  w -> {}),
              optimizer,
              Optional.empty(),
              settings,
              new Schedule.Cosine(steps),
              1,
              Optional::empty)
          .run(loader, 0, steps, List.of());
    }
  }
}

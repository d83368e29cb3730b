package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.run.TrainingRun;

/** Evaluation by tiles of a model with its initial weights. */
class TiledEvaluationTest {
  private static final int SIDE = 64;
  private static final List<String> TASKS = List.of("panoptic", "instance", "semantic");

  @TempDir private Path folder;

  private EvalReport evaluate(Optional<Tiling> tiling, boolean loss) {
    Path root = folder.resolve("scenes");
    Dataset data =
        DatasetOpener.open(
            DatasetSettings.of("coco-panoptic", root, "train")
                .withPlaces("images/train", "annotations/panoptic_train.json"));
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine,
                HuggingFaceRulesTest.model(First.TO_384),
                TrainingRun.classSpace(data.categories()))) {
      InferenceSettings settings =
          new InferenceSettings(SIDE, SIDE, 0.1, 0.01, 20, Set.copyOf(TASKS));
      Predictor predictor = new Predictor(model, Normalization.IMAGENET, settings);
      List<ResultKind<?>> kinds = TASKS.stream().<ResultKind<?>>map(ResultKinds::get).toList();
      Optional<ValidationLoss> losses =
          loss
              ? Optional.of(
                  new ValidationLoss(
                      Task.PANOPTIC,
                      Criterion.of(new CriterionSettings.Points(2, 5, 5, 0.1, 64, 3, 0.75)),
                      1))
              : Optional.empty();
      return new Evaluation(
              predictor,
              ScoringData.of(data),
              kinds,
              LoaderSettings.evaluation(1, 2).with(LoaderSettings.BrokenFiles.SKIP),
              tiling)
          .run(0, Optional.empty(), Optional.empty(), losses, (done, of) -> {});
    }
  }

  private void scenes() {
    Scenes.write(folder.resolve("scenes"), new ScenesConfig(3, 5, 0, SIDE, SIDE, 4));
  }

  @Test
  void imagesNoLargerThanATileAreEvaluatedAsWithoutTiles() {
    scenes();
    EvalReport whole = evaluate(Optional.empty(), true);
    EvalReport tiled = evaluate(Optional.of(Tiling.of(SIDE)), true);
    assertEquals(whole.metrics(), tiled.metrics());
    assertEquals(whole.perClass(), tiled.perClass());
    assertEquals(5, tiled.images());
  }

  @Test
  void everyImageOfSeveralTilesIsScoredOnceAndABrokenOneLeftOutOnce() throws IOException {
    scenes();
    Files.write(folder.resolve("scenes/images/train/000000000002.jpg"), new byte[9]);
    EvalReport report = evaluate(Optional.of(new Tiling(40, 8)), true);
    assertEquals(4, report.images());
    assertEquals(1, report.skipped().size(), () -> report.skipped().toString());
    assertTrue(report.get("loss.total") > 0);
    assertTrue(report.get("semantic.pACC") >= 0);
  }
}

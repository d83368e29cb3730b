package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor.First;
import org.maskwright.trainer.loop.TrainingProcesses;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.run.TrainingRun;

/** An evaluation by several processes, which are threads here, is that of one to the digit. */
class SharedEvaluationTest {
  private static final int SIDE = 64;
  private static final List<String> TASKS = List.of("semantic", "instance", "panoptic");

  @TempDir private Path folder;

  private EvalReport evaluate(ProcessGroup group, Optional<Tiling> tiling, int limit) {
    Dataset data =
        DatasetOpener.open(
            DatasetSettings.of("coco-panoptic", folder, "train")
                .withPlaces("images/train", "annotations/panoptic_train.json"));
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine,
                HuggingFaceRulesTest.model(First.TO_384),
                TrainingRun.classSpace(data.categories()))) {
      engine.join(group, ProcessGroup.alone());
      InferenceSettings settings =
          new InferenceSettings(SIDE, SIDE, 0.1, 0.01, 20, Set.copyOf(TASKS));
      List<ResultKind<?>> kinds = TASKS.stream().<ResultKind<?>>map(ResultKinds::get).toList();
      Optional<ValidationLoss> loss =
          Optional.of(
              new ValidationLoss(
                  Task.PANOPTIC,
                  Criterion.of(new CriterionSettings.Points(2, 5, 5, 0.1, 64, 3, 0.75)),
                  1));
      Evaluation evaluation =
          Evaluation.shared(
              new Predictor(model, Normalization.IMAGENET, settings),
              ScoringData.of(data),
              kinds,
              LoaderSettings.evaluation(1, 2).with(LoaderSettings.BrokenFiles.SKIP),
              tiling);
      if (group.rank() > 0) {
        evaluation.help(limit, loss);
        return null;
      }
      return evaluation.run(limit, Optional.empty(), Optional.empty(), loss, (done, of) -> {});
    }
  }

  private EvalReport together(int size, Optional<Tiling> tiling, int limit) throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : TrainingProcesses.places(size)) {
      processes.add(
          () -> {
            try (ProcessGroup group = ProcessGroup.join(place, Duration.ofMinutes(2))) {
              return evaluate(group, tiling, limit);
            }
          });
    }
    List<Object> ends = TrainingProcesses.ends(processes);
    for (Object end : ends) {
      if (end instanceof Throwable error) {
        throw new AssertionError(error.getMessage(), error);
      }
    }
    return (EvalReport) ends.get(0);
  }

  private static void assertSame(EvalReport alone, EvalReport together) {
    assertEquals(alone.metrics(), together.metrics());
    assertEquals(alone.perClass(), together.perClass());
    assertEquals(alone.images(), together.images());
    assertEquals(alone.skipped(), together.skipped());
    assertEquals(EvalFiles.of(alone).keySet(), EvalFiles.of(together).keySet());
  }

  @ParameterizedTest
  @CsvSource({"2,0", "3,0", "2,3", "3,1", "6,0"})
  void processesMeasureWhatOneMeasures(int size, int limit) throws Exception {
    Scenes.write(folder, new ScenesConfig(3, 5, 0, SIDE, SIDE, 4));
    EvalReport alone = evaluate(ProcessGroup.alone(), Optional.empty(), limit);
    assertEquals(limit == 0 ? 5 : limit, alone.images());
    assertSame(alone, together(size, Optional.empty(), limit));
  }

  @Test
  void picturesInTilesAreSharedWhole() throws Exception {
    Scenes.write(folder, new ScenesConfig(3, 3, 0, SIDE, SIDE, 4));
    Optional<Tiling> tiling = Optional.of(Tiling.of(48));
    assertSame(evaluate(ProcessGroup.alone(), tiling, 0), together(2, tiling, 0));
  }

  @Test
  void brokenImagesAreLeftOutAlike() throws Exception {
    Scenes.write(folder, new ScenesConfig(3, 5, 0, SIDE, SIDE, 4));
    try (Stream<Path> images = Files.list(folder.resolve("images/train"))) {
      Files.writeString(images.sorted().toList().get(1), "no picture");
    }
    EvalReport alone = evaluate(ProcessGroup.alone(), Optional.empty(), 0);
    assertEquals(4, alone.images());
    assertSame(alone, together(2, Optional.empty(), 0));
  }
}

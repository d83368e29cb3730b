package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Masks;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.LayerDecay;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.optim.Plain;
import org.maskwright.trainer.schedule.Schedule;
import org.maskwright.trainer.source.TrainingData;

/** Engines differ in rounding alone: the first steps of a training have the same losses on all. */
class EngineLossesTest {
  private static final int STEPS = 3;

  private static List<Double> losses(String backend, String name, CriterionSettings criterion) {
    Categories classes = Categories.things("box", "ball");
    Tiles data =
        new Tiles(
            classes,
            64,
            List.of(
                List.of(new Tiles.Tile(0, 8, 8, 24, 24), new Tiles.Tile(1, 36, 28, 20, 28)),
                List.of(new Tiles.Tile(1, 4, 32, 28, 24), new Tiles.Tile(0, 40, 8, 20, 36))));
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-3,
            1,
            LayerDecay.NONE,
            0,
            0,
            1,
            0,
            new AdamW.Settings(0.9, 0.99, 1e-8),
            new Plain.Settings());
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1).withSeed(2);
    List<Double> out = new ArrayList<>();
    try (Engine engine = Engine.open(options);
        SegmentationModel model =
            SegmentationModels.build(
                engine, OneBatchOverfitsTest.model(name), TrainingData.classSpace(classes));
        Optimizer optimizer = settings.over(model);
        Loader loader =
            new Loader(data, Augmentation.none(Task.INSTANCE), LoaderSettings.training(2, 1, 1))) {
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
              new Schedule.Constant(),
              1,
              Optional::empty)
          .run(
              loader,
              0,
              STEPS,
              List.of(
                  report -> {
                    out.add(report.loss());
                    return TrainListener.Verdict.CONTINUE;
                  }));
    }
    return out;
  }

  private static void assertSame(String backend, String name, CriterionSettings criterion) {
    List<Double> expected = losses("nd4j", name, criterion);
    List<Double> got = losses(backend, name, criterion);
    for (int step = 0; step < STEPS; step++) {
      double loss = expected.get(step);
      assertEquals(loss, got.get(step), 1e-3 * loss, name + ", step " + (step + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j-operations"})
  void pointsAndMaskedAttention(String backend) {
    assertSame(backend, "mask2former", new CriterionSettings.Points(2, 5, 5, 0.1, 256, 3, 0.75));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j-operations"})
  void wholeMasks(String backend) {
    assertSame(backend, "maskformer", new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2));
  }
}

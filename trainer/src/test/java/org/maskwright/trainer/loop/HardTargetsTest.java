package org.maskwright.trainer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.FixedSizeCrop;
import org.maskwright.datasets.transform.ResizeScale;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
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

/** Targets that a loss must live with: none, too many, one class, ids with gaps. */
class HardTargetsTest {
  private static final int SIDE = 64;
  private static final Categories GAPS =
      Categories.of(
          List.of(
              Category.of(2, "box", true),
              Category.of(90, "ball", true),
              Category.of(200, "wall", false)));

  private final List<String> warnings = new ArrayList<>();

  /** The loss parts of the last of three steps. */
  private List<LossPart> train(String model, Tiles data, Augmentation augmentation) {
    CriterionSettings criterion =
        model.equals("mask2former")
            ? new CriterionSettings.Points(2, 5, 5, 0.1, 32, 3, 0.75)
            : new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2);
    OptimizerSettings settings =
        new OptimizerSettings(
            1e-4,
            1,
            LayerDecay.NONE,
            0,
            0,
            1,
            0,
            new AdamW.Settings(0.9, 0.999, 1e-8),
            new Plain.Settings());
    List<LossPart> last = new ArrayList<>();
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);
    try (Engine engine = Engine.open(options);
        SegmentationModel built =
            SegmentationModels.build(
                engine,
                OneBatchOverfitsTest.model(model),
                TrainingData.classSpace(data.categories()));
        Optimizer optimizer = settings.over(built);
        Loader loader =
            new Loader(data, augmentation, LoaderSettings.training(2, 1, 1), LoaderState.START)) {
      new Trainer(
              new SegmentationTask(
                  built,
                  Criterion.of(criterion),
                  List.of(new SourceSupervision(new Masks.Settings())),
                  Normalization.IMAGENET,
                  warnings::add),
              optimizer,
              Optional.empty(),
              settings,
              new Schedule.Constant(),
              1,
              Optional::empty)
          .run(
              loader,
              0,
              3,
              List.of(
                  report -> {
                    last.clear();
                    last.addAll(report.parts());
                    return TrainListener.Verdict.CONTINUE;
                  }));
    }
    return last;
  }

  private static Augmentation whole(Task task) {
    return new Augmentation(
        List.of(new FixedSizeCrop(SIDE, SIDE)), task, Augmentation.EmptyMasks.DROP);
  }

  private static boolean onlyClassLoss(List<LossPart> parts) {
    return parts.stream().allMatch(p -> p.name().startsWith("loss_ce"))
        && parts.stream().allMatch(p -> Double.isFinite(p.value()) && p.value() > 0);
  }

  @Test
  void imagesWithoutObjectsTrainTheClassesAlone() {
    Tiles empty = new Tiles(GAPS, SIDE, List.of(List.of(), List.of()));
    for (String model : List.of("mask2former", "maskformer")) {
      assertTrue(onlyClassLoss(train(model, empty, whole(Task.PANOPTIC))), model);
    }
  }

  @Test
  void targetsThatEveryCropLosesLeaveTheClassLoss() {
    // The object is one pixel at the edge, and the crop takes a 64th of the enlarged picture.
    Tiles.Tile corner = new Tiles.Tile(0, 63, 63, 1, 1);
    Tiles data = new Tiles(GAPS, SIDE, List.of(List.of(corner), List.of(corner)));
    Augmentation crop =
        new Augmentation(
            List.of(new ResizeScale(8, 8, SIDE, SIDE), new FixedSizeCrop(SIDE, SIDE)),
            Task.INSTANCE,
            Augmentation.EmptyMasks.DROP);
    assertTrue(onlyClassLoss(train("mask2former", data, crop)));
  }

  @Test
  void oneClassAndIdsWithGapsTrain() {
    List<List<Tiles.Tile>> images =
        List.of(List.of(new Tiles.Tile(0, 0, 0, 64, 32)), List.of(new Tiles.Tile(0, 8, 8, 16, 16)));
    Categories one = Categories.of(List.of(Category.of(17, "cat", true)));
    for (Categories categories : List.of(one, GAPS)) {
      List<LossPart> parts =
          train("mask2former", new Tiles(categories, SIDE, images), whole(Task.INSTANCE));
      assertTrue(parts.stream().anyMatch(p -> p.name().equals("loss_mask")), parts::toString);
      assertTrue(parts.stream().allMatch(p -> Double.isFinite(p.value())), parts::toString);
    }
  }

  @Test
  void moreObjectsThanQueriesTrainAndAreWarnedOfOnce() {
    List<Tiles.Tile> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(new Tiles.Tile(i % 2, i % 3 * 20, i / 3 * 20, 16, 16));
    }
    Tiles data = new Tiles(GAPS, SIDE, List.of(many, many));
    List<LossPart> parts = train("mask2former", data, whole(Task.PANOPTIC));
    assertTrue(parts.stream().allMatch(p -> Double.isFinite(p.value())), parts::toString);
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings.get(0).contains("9 targets") && warnings.get(0).contains("6 queries"),
        warnings::toString);
  }
}

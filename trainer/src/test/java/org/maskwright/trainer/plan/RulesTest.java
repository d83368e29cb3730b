package org.maskwright.trainer.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.ObjectSurvey;
import org.maskwright.modelzoo.backbone.MobileNetV2Part;
import org.maskwright.trainer.config.AugmentSettings;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

class RulesTest {
  private static final Wishes QUARTER =
      new Wishes(Optional.empty(), Optional.of(15.0), Optional.empty(), List.of());

  /** Objects of one size, so many in every picture. */
  private static ObjectSurvey objects(int width, int height, int count, double side) {
    Size size = new Size(width, height);
    return new ObjectSurvey(10, size, size, count, count, count, side, side, count);
  }

  private static Facts facts(Task task, ObjectSurvey objects, boolean accelerator) {
    return new Facts(
        Path.of("/my pictures"),
        "data",
        task,
        72,
        8,
        1,
        task == Task.INSTANCE ? 0 : 3,
        objects,
        Optional.empty(),
        accelerator);
  }

  private static Plan plan(Facts facts) {
    return Rules.plan(facts, QUARTER, Rules.crop(facts, QUARTER)).with("train.steps", 100, "");
  }

  private static RunSettings settings(Facts facts) {
    return settings(plan(facts));
  }

  private static RunSettings settings(Plan plan) {
    return ConfigFile.of("plan.conf", plan.toConf()).bind(RunSettings.class);
  }

  @Test
  void everyPlanIsAConfiguration() {
    for (Task task : Task.values()) {
      for (boolean accelerator : new boolean[] {false, true}) {
        for (int side : new int[] {40, 256, 1000, 20_000}) {
          for (double object : new double[] {3, 30, 300}) {
            RunSettings run =
                settings(facts(task, objects(side, side / 2, 7, object), accelerator));
            assertEquals(task, run.task());
            assertEquals(Path.of("/my pictures"), run.data().root());
          }
        }
      }
    }
  }

  @Test
  void picturesThatFitAreTakenWholeAndNotEnlarged() {
    RunSettings run = settings(facts(Task.INSTANCE, objects(200, 150, 3, 60), false));
    AugmentSettings.Lsj lsj = (AugmentSettings.Lsj) run.augment();
    assertEquals(224, lsj.height());
    assertTrue(lsj.minScale() < 200 / 224.0 && lsj.maxScale() > 200 / 224.0);
    assertEquals(150, run.eval().shortEdge());
  }

  @Test
  void smallObjectsOfLargePicturesAreLearntFromCropsAtTheirOwnSize() {
    Plan plan = plan(facts(Task.INSTANCE, objects(1024, 1024, 369, 24), false));
    RunSettings run = settings(plan);
    AugmentSettings.Lsj lsj = (AugmentSettings.Lsj) run.augment();
    assertEquals(256, lsj.height());
    double middle = lsj.height() * (lsj.minScale() / 0.7) / 1024;
    assertEquals(1, middle, 0.02, "input pixels of a picture's pixel");
    double inCrop = 369 * Math.pow((256 + 24) / 1024.0, 2);
    int queries = Integer.parseInt(plan.get("model.decoder.masked-attention.queries"));
    assertTrue(queries >= 1.5 * inCrop && queries < 1.5 * inCrop + 10, "queries " + queries);
    assertTrue(run.eval().maxInstances() >= 369);
  }

  @Test
  void largeObjectsOfLargePicturesAreLearntFromWholePictures() {
    RunSettings run = settings(facts(Task.PANOPTIC, objects(4000, 3000, 5, 900), false));
    assertEquals(192, run.eval().shortEdge());
    assertEquals(256, run.eval().maxSize());
  }

  @Test
  void semanticTargetsAskForNoObjectSize() {
    RunSettings run = settings(facts(Task.SEMANTIC, objects(1024, 1024, 400, 5), false));
    assertEquals(256, run.eval().maxSize());
    assertEquals(List.of("semantic"), run.eval().tasks());
  }

  @Test
  void aTrainedBackboneBringsItsSettings() {
    Facts random = facts(Task.INSTANCE, objects(200, 150, 3, 60), false);
    Facts.Start start =
        new Facts.Start(
            Path.of("zoo/mine"), List.of(new Plan.Line("model.backbone.type", "mobilenet-v2", "")));
    RunSettings run = settings(random.withStart(start));
    assertEquals(Optional.of(Path.of("zoo/mine")), run.init().backbone());
    assertTrue(run.model().backbone() instanceof MobileNetV2Part.Settings, run.model().toString());
    assertEquals(0.1, run.optimizer().backboneMultiplier());
    assertEquals(1, settings(random).optimizer().backboneMultiplier());
  }

  @Test
  void aReasonIsWrittenOnceAboveItsSettings() {
    Plan plan =
        new Plan(List.of("heading"), List.of())
            .with("a", 1, "why")
            .with("b", 2, "other")
            .with("c", 3, "why")
            .with("b", 4, "other");
    assertEquals("# heading\n\n# why\na = 1\nc = 3\n\n# other\nb = 4\n", plan.toConf());
    assertEquals("4", plan.get("b"));
    assertThrows(IllegalArgumentException.class, () -> plan.get("d"));
  }

  @Test
  void wishesThatContradictEachOtherAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Wishes(Optional.empty(), Optional.of(3.0), Optional.of(3), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Wishes(Optional.empty(), Optional.of(0.0), Optional.empty(), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Wishes(Optional.empty(), Optional.empty(), Optional.of(0), List.of()));
  }
}

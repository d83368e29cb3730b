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
import org.maskwright.datasets.Tiling;
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
    return new ObjectSurvey(10, size, size, count, count, count, side, side, side, count);
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
  void smallObjectsOfLargePicturesAreLearntFromTilesAtTheirOwnSize() {
    Facts facts = facts(Task.INSTANCE, objects(1024, 1024, 369, 24), false);
    Plan plan = plan(facts);
    RunSettings run = settings(plan);
    AugmentSettings.Lsj lsj = (AugmentSettings.Lsj) run.augment();
    assertEquals(128, lsj.height());
    assertEquals(128, run.data().sources().get(0).tiles().size(), "a tile fills a crop at scale 1");
    assertEquals(8, run.train().batchSize(), "half the pixels of four larger crops");
    assertTrue(lsj.minScale() < 1 && lsj.maxScale() > 1);
    double inCrop = 369 * Math.pow((128 + 24) / 1024.0, 2);
    int queries = Integer.parseInt(plan.get("model.decoder.masked-attention.queries"));
    assertTrue(queries >= 3 * inCrop && queries < 3 * inCrop + 10, "queries " + queries);
    assertEquals(queries, run.eval().maxInstances(), "of a tile, not of a picture");
  }

  @Test
  void whatIsCroppedIsEvaluatedInTheSameWindows() {
    for (int width : new int[] {400, 500, 1024, 3000, 20_000}) {
      for (double object : new double[] {5, 12, 24, 60, 140}) {
        for (boolean accelerator : new boolean[] {false, true}) {
          Facts facts =
              facts(Task.INSTANCE, objects(width, width * 3 / 4, 40, object), accelerator);
          RunSettings run = settings(facts);
          AugmentSettings.Lsj lsj = (AugmentSettings.Lsj) run.augment();
          Optional<Tiling> seen = run.evaluatedTiles();
          int trained = run.data().sources().get(0).tiles().size();
          if (seen.isEmpty()) {
            assertEquals(0, trained);
            assertTrue(run.eval().maxSize() <= 1.25 * lsj.height(), width + " of " + object);
            continue;
          }
          int tile = seen.get().size();
          assertEquals(lsj.height(), run.eval().shortEdge());
          assertEquals(lsj.height(), run.eval().maxSize());
          // Pixels of the input for one of the picture, in evaluation and in the middle of
          // training.
          double evaluated = (double) lsj.height() / tile;
          double whole = trained > 0 ? trained : width;
          assertEquals(evaluated, lsj.minScale() / 0.7 * lsj.height() / whole, 0.03 * evaluated);
          assertTrue(trained == 0 || seen.equals(run.data().sources().get(0).tiles().tiling()));
          assertTrue(seen.get().overlap() >= tile / 4);
        }
      }
    }
  }

  @Test
  void cropsOnProcessorsShowSomeTenObjects() {
    for (int count : new int[] {60, 150, 400, 900}) {
      for (int side : new int[] {512, 1024, 2048}) {
        ObjectSurvey objects = objects(side, side, count, 12);
        Plan plan = plan(facts(Task.INSTANCE, objects, false));
        AugmentSettings.Lsj lsj = (AugmentSettings.Lsj) settings(plan).augment();
        double tile = settings(plan).evaluatedTiles().orElseThrow().size();
        double touching = count * Math.pow((tile + 12) / side, 2);
        boolean smallest = lsj.height() == 128;
        boolean largest = lsj.height() == 256;
        assertTrue(smallest || touching <= 10, side + " " + count + ": " + touching);
        assertTrue(largest || count * Math.pow((tile * 1.5 + 12) / side, 2) > 10, "not smaller");
      }
    }
    Facts fast = facts(Task.INSTANCE, objects(1024, 1024, 400, 12), true);
    assertEquals("640", plan(fast).get("augment.lsj.height"), "a GPU has the time for more");
  }

  @Test
  void picturesNearlyAsTheyShouldBeStayAsTheyAre() {
    for (double object : new double[] {22.1, 23, 24, 26}) {
      Facts facts = facts(Task.INSTANCE, objects(1024, 1024, 450, object), false);
      assertEquals(128, settings(facts).evaluatedTiles().orElseThrow().size(), "of " + object);
    }
    Facts small = facts(Task.INSTANCE, objects(1024, 1024, 450, 16), false);
    assertEquals("192", plan(small).get("augment.lsj.height"));
    assertEquals(128, settings(small).evaluatedTiles().orElseThrow().size(), "enlarged by half");
  }

  @Test
  void tilesOverlapByMoreThanLargeObjectsAreLong() {
    Size size = new Size(1024, 1024);
    ObjectSurvey survey = new ObjectSurvey(10, size, size, 300, 300, 300, 17, 24, 60, 300);
    Facts facts = facts(Task.INSTANCE, survey, false);
    Tiling seen = settings(facts).evaluatedTiles().orElseThrow();
    assertEquals(new Tiling(160, 75), seen);
    List<String> notes = Rules.notes(facts, 256);
    assertEquals(1, notes.size(), notes.toString());
    assertTrue(notes.get(0).contains("tiles of 160 pixels, 144 of a picture"), notes.get(0));
  }

  @Test
  void objectsLongerThanHalfATileAreSaid() {
    Size size = new Size(1024, 1024);
    ObjectSurvey survey = new ObjectSurvey(10, size, size, 300, 300, 300, 17, 24, 120, 300);
    Facts facts = facts(Task.INSTANCE, survey, false);
    assertEquals(new Tiling(256, 128), settings(facts).evaluatedTiles().orElseThrow());
    assertTrue(
        Rules.notes(facts, 256).stream().anyMatch(note -> note.contains("about 150 pixels long")));
  }

  @Test
  void moreObjectsThanQueriesAreSaid() {
    Facts many = facts(Task.INSTANCE, objects(300, 300, 400, 12), true);
    assertEquals(
        "300", plan(many).get("model.decoder.masked-attention.queries"), plan(many).toConf());
    assertTrue(
        Rules.notes(many, 640).stream().anyMatch(note -> note.contains("it can find 300")),
        Rules.notes(many, 640).toString());
    Facts few = facts(Task.INSTANCE, objects(300, 300, 40, 30), true);
    assertEquals(List.of(), Rules.notes(few, 640));
  }

  @Test
  void largeObjectsOfLargePicturesAreLearntFromWholePictures() {
    RunSettings run = settings(facts(Task.PANOPTIC, objects(4000, 3000, 5, 900), false));
    assertEquals(192, run.eval().shortEdge());
    assertEquals(256, run.eval().maxSize());
  }

  @Test
  void semanticTargetsAskForPixelsAndNotForObjects() {
    RunSettings small = settings(facts(Task.SEMANTIC, objects(480, 360, 0, 0), false));
    assertEquals(360, small.eval().shortEdge());
    assertEquals(480, small.eval().maxSize());
    assertEquals(List.of("semantic"), small.eval().tasks());
    AugmentSettings.Lsj crops = (AugmentSettings.Lsj) small.augment();
    assertEquals(256, crops.height());
    assertEquals(0.7 * 480, crops.minScale() * 256, 2); // the whole picture would be 480 long
    assertEquals(1.5 * 480, crops.maxScale() * 256, 2);
    RunSettings large = settings(facts(Task.SEMANTIC, objects(1024, 1024, 400, 5), false));
    assertEquals(512, large.eval().maxSize());
    for (RunSettings run : List.of(small, large)) {
      assertTrue(run.evaluatedTiles().isEmpty(), "pictures are evaluated whole");
    }
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
    assertEquals(1e-3, run.optimizer().learningRate());
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

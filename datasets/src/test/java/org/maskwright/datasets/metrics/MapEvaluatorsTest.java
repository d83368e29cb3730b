package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.PanopticEvaluator.Overlap;

/** The evaluators of label maps called as a library, with no reader of files before them. */
class MapEvaluatorsTest {
  private static final ImageId IMAGE = ImageId.of(7);
  private static final List<CocoCategory> CATEGORIES =
      List.of(new CocoCategory(3, "cone", true), new CocoCategory(8, "sky", false));
  private static final LabelMap MAP = new LabelMap(2, 2, new int[] {1, 1, 2, 2});
  private static final List<PanopticSegment> SEGMENTS = segments(3, 8);

  private static List<PanopticSegment> segments(int first, int second) {
    return List.of(
        new PanopticSegment(1, first, false, 2), new PanopticSegment(2, second, false, 2));
  }

  private static String refused(
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {
    PanopticEvaluator evaluator = new PanopticEvaluator(CATEGORIES, Overlap.SEGMENT);
    String message =
        assertThrows(
                DatasetException.class,
                () -> evaluator.add(IMAGE, truthIds, truths, predictedIds, predictions))
            .getMessage();
    assertTrue(message.contains("7"), message);
    assertEquals(0, evaluator.result().all().n(), "a refused image must not count");
    return message;
  }

  @Test
  void panopticRefusesMapsOfTwoSizes() {
    for (LabelMap other :
        List.of(
            new LabelMap(1, 4, new int[] {1, 1, 2, 2}),
            new LabelMap(2, 1, new int[] {1, 2}),
            new LabelMap(1, 2, new int[] {1, 2}))) {
      String message = refused(MAP, SEGMENTS, other, SEGMENTS);
      assertTrue(message.contains("expected 2 x 2"), message);
    }
  }

  @Test
  void panopticRefusesCategoriesThatTheTruthDoesNotHave() {
    String truth = refused(MAP, segments(3, 4), MAP, SEGMENTS);
    assertTrue(truth.contains("category 4") && truth.contains("segment 2"), truth);
    String prediction = refused(MAP, SEGMENTS, MAP, segments(9, 8));
    assertTrue(prediction.contains("category 9") && prediction.contains("segment 1"), prediction);
  }

  @Test
  void panopticRefusesATrueSegmentWithoutAreaAndTakesAPredictedOne() {
    List<PanopticSegment> unmeasured =
        List.of(new PanopticSegment(1, 3, false, -1), new PanopticSegment(2, 8, false, -1));
    String message = refused(MAP, unmeasured, MAP, SEGMENTS);
    assertTrue(message.contains("area") && message.contains("segment 1"), message);
    PanopticEvaluator evaluator = new PanopticEvaluator(CATEGORIES, Overlap.SEGMENT);
    evaluator.add(IMAGE, MAP, SEGMENTS, MAP, unmeasured);
    assertEquals(1, evaluator.result().all().pq());
  }

  @Test
  void panopticRefusesAnImageTwice() {
    PanopticEvaluator evaluator = new PanopticEvaluator(CATEGORIES, Overlap.SEGMENT);
    evaluator.add(IMAGE, MAP, SEGMENTS, MAP, SEGMENTS);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> evaluator.add(IMAGE, MAP, SEGMENTS, MAP, SEGMENTS))
            .getMessage();
    assertTrue(message.contains("7"), message);
    assertEquals(1, evaluator.result().perClass().get(3).tp());
  }

  /** Sums of IoU are taken by rising id, so that not even their last digit depends on the file. */
  @ParameterizedTest
  @EnumSource(Overlap.class)
  void theOrderOfSegmentsInTheFilesChangesNothing(Overlap overlap) {
    Random random = new Random(5);
    PanopticEvaluator rising = new PanopticEvaluator(CATEGORIES, overlap);
    PanopticEvaluator mixed = new PanopticEvaluator(CATEGORIES, overlap);
    for (int image = 0; image < 200; image++) {
      List<PanopticSegment> truths = new ArrayList<>();
      LabelMap truth = stripes(random, truths);
      List<PanopticSegment> predictions = new ArrayList<>();
      LabelMap prediction = stripes(random, predictions);
      rising.add(ImageId.of(image), truth, truths, prediction, predictions);
      Collections.shuffle(truths, random);
      Collections.shuffle(predictions, random);
      mixed.add(ImageId.of(image), truth, truths, prediction, predictions);
    }
    assertTrue(rising.result().all().pq() > 0.1, "something must match");
    assertTrue(rising.result().all().pq() < 0.9, "something must not");
    assertEquals(rising.result(), mixed.result());
  }

  /**
   * Stripes some 10 pixels wide, of segments 101, 102, ... of both categories in turn. With the id
   * 9, which is the one that boundary-iou-api paints the inside with, order would count there too.
   */
  private static LabelMap stripes(Random random, List<PanopticSegment> segments) {
    int height = 12;
    int width = 100;
    int[] ids = new int[height * width];
    int from = 0;
    for (int id = 1; id <= 10; id++) {
      int to = id == 10 ? width : 10 * id + random.nextInt(7) - 3;
      for (int y = 0; y < height; y++) {
        for (int x = from; x < to; x++) {
          ids[y * width + x] = 100 + id;
        }
      }
      int category = id % 2 == 0 ? 3 : 8;
      segments.add(new PanopticSegment(100 + id, category, false, (long) height * (to - from)));
      from = to;
    }
    return new LabelMap(height, width, ids);
  }

  /**
   * Whatever the order in which images come; an area of 0 is one, only a missing one is refused.
   */
  @Test
  void areasThatAreNotThePixelsAreCountedAndTheFirstImagesIsNamed() {
    PanopticEvaluator evaluator = new PanopticEvaluator(CATEGORIES, Overlap.SEGMENT);
    assertEquals(Optional.empty(), evaluator.wrongAreas());
    evaluator.add(ImageId.of(12), MAP, areas(3, 0), MAP, SEGMENTS);
    evaluator.add(ImageId.of(5), MAP, areas(8, 9), MAP, SEGMENTS);
    LabelMap half = new LabelMap(2, 2, new int[] {1, 1, 0, 0}); // void on the second segment
    evaluator.add(ImageId.of(4), MAP, areas(2, 2), half, SEGMENTS.subList(0, 1));
    evaluator.add(ImageId.of(30), MAP, areas(1, 2), MAP, SEGMENTS);
    String said = evaluator.wrongAreas().orElseThrow();
    assertTrue(said.startsWith("5 segments whose \"area\""), said);
    assertTrue(said.endsWith("; image 5, segment 1: area is 8, the PNG has 2 pixels"), said);
  }

  private static List<PanopticSegment> areas(long first, long second) {
    return List.of(
        new PanopticSegment(1, 3, false, first), new PanopticSegment(2, 8, false, second));
  }

  private static SemanticEvaluator semantic(SemanticProtocol protocol) {
    return new SemanticEvaluator(3, 255, protocol);
  }

  @Test
  void semanticRefusesNumbersOfClassesItHasNoTableFor() {
    for (int classes : new int[] {-1, 0, SemanticEvaluator.MAX_CLASSES + 1}) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new SemanticEvaluator(classes, 255, SemanticProtocol.ADE20K))
              .getMessage();
      assertTrue(message.contains("got " + classes), message);
    }
    SemanticEvaluator one = new SemanticEvaluator(1, 255, SemanticProtocol.ADE20K);
    one.add(new int[] {0}, new int[] {0});
    assertEquals(1, one.count(0, 0));
  }

  @ParameterizedTest
  @EnumSource(SemanticProtocol.class)
  void semanticRefusesALabelThatIsNoClass(SemanticProtocol protocol) {
    for (int label : new int[] {-1, 3, 254, 256}) {
      for (boolean inTruth : new boolean[] {true, false}) {
        SemanticEvaluator evaluator = semantic(protocol);
        int[] wrong = {label};
        int[] right = {2};
        String message =
            assertThrows(
                    DatasetException.class,
                    () -> evaluator.add(inTruth ? wrong : right, inTruth ? right : wrong))
                .getMessage();
        assertTrue(
            message.startsWith(inTruth ? "ground truth" : "prediction")
                && message.contains("label " + label + ", expected 0 to 2"),
            message);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SemanticProtocol.class)
  void aPredictionOfTheIgnoreLabelIsOfNoClassButForDetectron2(SemanticProtocol protocol) {
    SemanticEvaluator evaluator = semantic(protocol);
    if (protocol == SemanticProtocol.DETECTRON2) {
      String message =
          assertThrows(DatasetException.class, () -> evaluator.add(new int[] {1}, new int[] {255}))
              .getMessage();
      assertTrue(!message.contains("or the ignore label"), message);
    } else {
      evaluator.add(new int[] {1, 1, 0, 2, 255}, new int[] {255, 1, 0, 2, 255});
      assertEquals(1, evaluator.count(1, 3), "a miss of the true class");
      assertEquals(0.75, evaluator.result().pixelAccuracy());
      String message =
          assertThrows(DatasetException.class, () -> evaluator.add(new int[] {1}, new int[] {4}))
              .getMessage();
      assertTrue(message.contains("or the ignore label 255"), message);
    }
  }

  /** Bytes are counted in runs, integers too; the table must be that of pixel by pixel. */
  @Test
  void mapsOfBytesAndOfIntegersAreCountedAlike() {
    Random random = new Random(3);
    int pixels = 6 * 50;
    byte[] truth = new byte[pixels];
    byte[] found = new byte[pixels];
    long[][] expected = new long[3][3];
    for (int i = 0; i < pixels; i++) {
      boolean again = i > 0 && random.nextInt(4) > 0;
      truth[i] = again ? truth[i - 1] : (byte) (random.nextInt(5) == 0 ? 255 : random.nextInt(3));
      found[i] = again && random.nextBoolean() ? found[i - 1] : (byte) random.nextInt(3);
      if (truth[i] != (byte) 255) {
        expected[truth[i]][found[i]]++;
      }
    }
    LabelMap truthBytes = LabelMap.ofBytes(6, 50, truth, 1);
    LabelMap foundBytes = LabelMap.ofBytes(6, 50, found, 1);
    SemanticEvaluator ofBytes = semantic(SemanticProtocol.ADE20K);
    ofBytes.add(truthBytes, foundBytes);
    SemanticEvaluator ofIntegers = semantic(SemanticProtocol.ADE20K);
    ofIntegers.add(new LabelMap(6, 50, truthBytes.labels()), foundBytes);
    for (SemanticEvaluator evaluator : List.of(ofBytes, ofIntegers)) {
      for (int g = 0; g < 3; g++) {
        for (int p = 0; p < 3; p++) {
          assertEquals(expected[g][p], evaluator.count(g, p));
        }
      }
    }
  }

  @Test
  void semanticRefusesMapsOfTwoSizes() {
    SemanticEvaluator evaluator = semantic(SemanticProtocol.ADE20K);
    LabelMap map = new LabelMap(1, 2, new int[] {0, 1});
    LabelMap turned = new LabelMap(2, 1, new int[] {0, 1});
    String message =
        assertThrows(DatasetException.class, () -> evaluator.add(map, turned)).getMessage();
    assertTrue(message.contains("1 x 2 pixels, expected 2 x 1"), message);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () -> evaluator.add(new int[] {0}, new int[] {0, 1}))
            .getMessage();
    assertTrue(message.contains("2 pixels, expected 1"), message);
  }

  @Test
  void mergedEvaluatorsAreOneThatSawAllImages() {
    SemanticEvaluator all = semantic(SemanticProtocol.ADE20K);
    SemanticEvaluator first = semantic(SemanticProtocol.ADE20K);
    SemanticEvaluator second = semantic(SemanticProtocol.ADE20K);
    int[] a = {0, 1, 2, 255};
    int[] b = {0, 1, 1, 0};
    all.add(a, b);
    all.add(b, b);
    first.add(a, b);
    second.add(b, b);
    int[] ignored = {255, 255, 255, 255, 255, 255};
    all.add(ignored, new int[6]);
    second.add(ignored, new int[6]);
    first.merge(second);
    assertTrue(first.warnings().get(0).contains("255 covers 50.0 %"), first.warnings()::toString);
    assertEquals(all.result(), first.result());
    assertEquals(all.warnings(), first.warnings());
    for (SemanticEvaluator other :
        List.of(
            semantic(SemanticProtocol.DETECTRON2),
            new SemanticEvaluator(4, 255, SemanticProtocol.ADE20K))) {
      assertThrows(IllegalArgumentException.class, () -> first.merge(other));
    }
  }

  /** A class that is only predicted, and one that is nowhere. */
  @ParameterizedTest
  @EnumSource(SemanticProtocol.class)
  void aClassWithoutATruePixelCountsAsItsProtocolSays(SemanticProtocol protocol) {
    SemanticEvaluator evaluator = semantic(protocol);
    evaluator.add(new int[] {0, 0, 0, 0}, new int[] {0, 0, 0, 1});
    SemanticMetrics result = evaluator.result();
    List<Double> expected =
        switch (protocol) {
          case DETECTRON2 -> List.of(0.75, Double.NaN, Double.NaN);
          case ADE20K -> List.of(0.75, 0.0, 0.0);
          case CITYSCAPES -> List.of(0.75, 0.0, Double.NaN);
        };
    assertEquals(expected, result.iou());
    double mean =
        switch (protocol) {
          case DETECTRON2 -> 0.75;
          case ADE20K -> 0.25;
          case CITYSCAPES -> 0.375;
        };
    assertEquals(mean, result.meanIou());
    assertEquals(List.of(0.75, Double.NaN, Double.NaN), result.accuracy());
    assertEquals(0.75, result.meanAccuracy());
    assertEquals(0.75, result.frequencyWeightedIou());
    assertEquals(
        "2 of 3 classes have no pixel in the ground truth: 1, 2", evaluator.warnings().get(0));
  }

  @Test
  void atMostTenMissingClassesAreNamed() {
    SemanticEvaluator eleven = new SemanticEvaluator(11, 255, SemanticProtocol.ADE20K);
    eleven.add(new int[] {10}, new int[] {10});
    assertTrue(eleven.warnings().get(0).endsWith(": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"));
    SemanticEvaluator twelve = new SemanticEvaluator(12, 255, SemanticProtocol.ADE20K);
    twelve.add(new int[] {11}, new int[] {11});
    assertTrue(twelve.warnings().get(0).endsWith(": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ..."));
  }
}

package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.SharedData.list;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.InstanceErrors.Detected;
import org.maskwright.datasets.metrics.InstanceErrors.TrueObject;
import org.maskwright.datasets.metrics.PrecisionRecall.Point;

class InstanceAnalysisTest {
  private static final int SIDE = 120;
  private static final List<Category> CLASSES =
      List.of(Category.of(4, "a", true), Category.of(7, "b", true), Category.of(2, "c", true));

  /** An image's objects. */
  private record Scene(List<GroundTruth> truths, List<Detection> detections) {}

  private static Path resource(String name) {
    try {
      return Path.of(InstanceAnalysisTest.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The files' script says what they are. */
  @Test
  void curvesAndBestThresholdsArePycocotools() {
    CocoInstances truth = CocoJson.readInstances(resource("curves-truth.json"));
    List<Category> categories =
        truth.categories().stream().map(c -> Category.of(c.id(), c.name(), true)).toList();
    InstanceAnalysis analysis = new InstanceAnalysis(categories);
    CocoEvaluator coco =
        new CocoEvaluator(categories.stream().map(Category::id).toList(), IouType.SEGM);
    Map<Long, Scene> scenes = new LinkedHashMap<>();
    truth
        .images()
        .forEach(i -> scenes.put(i.id().number(), new Scene(new ArrayList<>(), new ArrayList<>())));
    truth
        .annotations()
        .forEach(
            a -> {
              Rle mask = a.mask(160, 160);
              scenes
                  .get(a.imageId().number())
                  .truths()
                  .add(
                      new GroundTruth(
                          a.id(), a.categoryId(), mask, a.box(), a.area(), a.crowd(), false));
            });
    CocoJson.readResults(resource("curves-results.json"))
        .forEach(
            d ->
                scenes
                    .get(d.imageId().number())
                    .detections()
                    .add(Detection.ofMask(d.categoryId(), d.score(), d.mask(160, 160))));
    scenes.forEach(
        (id, s) -> {
          analysis.add(ImageId.of(id), s.truths(), s.detections());
          coco.add(ImageId.of(id), s.truths(), s.detections());
        });
    Map<String, PrecisionRecall> curves = analysis.curves();
    CocoMetrics metrics = coco.result();
    object(SharedData.json(resource("curves-expected.json")))
        .forEach(
            (id, of) -> {
              check(object(of), curves);
              CocoSummary summary = metrics.perCategory().get(Integer.valueOf(id));
              assertEquals(number(object(of).get("AP")), summary.ap(), 1e-12);
              assertEquals(number(object(of).get("AP50")), summary.ap50(), 1e-12);
            });
    assertEquals(
        scenes.values().stream().flatMap(s -> s.truths().stream()).filter(t -> !t.crowd()).count(),
        curves.values().stream().mapToLong(PrecisionRecall::truths).sum());
  }

  private static void check(Map<String, Object> expected, Map<String, PrecisionRecall> curves) {
    String name = (String) expected.get("name");
    PrecisionRecall got = curves.get(name);
    assertEquals(number(expected.get("truths")), got.truths(), name);
    Point last = got.points().get(got.points().size() - 1);
    assertEquals(number(expected.get("detections")), last.right() + last.wrong(), name);
    assertEquals(number(expected.get("right")), last.right(), name);
    if (expected.get("best") == null) {
      assertEquals(Optional.empty(), got.best(), name);
      return;
    }
    assertEquals(number(expected.get("recall")), got.recall(last), 1e-12, name);
    Map<String, Object> best = object(expected.get("best"));
    Point ours = got.best().orElseThrow();
    assertEquals(number(best.get("threshold")), ours.threshold(), name);
    assertEquals(number(best.get("right")), ours.right(), name);
    assertEquals(number(best.get("wrong")), ours.wrong(), name);
    List<Object> precision = list(expected.get("precision"));
    for (int r = 0; r < precision.size(); r++) {
      double recall = Thresholds.recall(r);
      double most =
          got.points().stream()
              .filter(p -> got.recall(p) >= recall)
              .mapToDouble(Point::precision)
              .max()
              .orElse(0);
      assertEquals(number(precision.get(r)), most, 1e-12, name + " at recall " + recall);
    }
  }

  private static Rle box(int x, int y, int width, int height) {
    byte[] bitmap = new byte[SIDE * SIDE];
    for (int v = Math.max(0, y); v < Math.min(SIDE, y + height); v++) {
      for (int u = Math.max(0, x); u < Math.min(SIDE, x + width); u++) {
        bitmap[v * SIDE + u] = 1;
      }
    }
    return Rle.ofBitmap(bitmap, SIDE, SIDE);
  }

  private static Scene random(long seed) {
    Random random = new Random(seed);
    Scene scene = new Scene(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < 6; i++) {
      int id = CLASSES.get(random.nextInt(3)).id();
      Rle mask =
          box(
              random.nextInt(100),
              random.nextInt(100),
              5 + random.nextInt(60),
              5 + random.nextInt(60));
      boolean crowd = random.nextInt(8) == 0;
      scene.truths().add(crowd ? GroundTruth.ofCrowd(id, mask) : GroundTruth.ofMask(id, mask));
    }
    for (int i = 0; i < 14; i++) {
      int id = CLASSES.get(random.nextInt(3)).id();
      var like = scene.truths().get(random.nextInt(6)).mask().box();
      int shift = random.nextInt(12) - 6;
      int x = (int) like.x();
      int y = (int) like.y();
      int width = 2 * (int) like.width() / (1 + random.nextInt(3));
      int height = 2 * (int) like.height() / (1 + random.nextInt(3));
      Rle mask = box(x + shift, y + random.nextInt(5), width, height);
      if (mask.area() > 0) {
        scene.detections().add(Detection.ofMask(id, random.nextInt(20) / 20.0, mask));
      }
    }
    return scene;
  }

  private static InstanceAnalysis analysis(List<Scene> scenes) {
    InstanceAnalysis analysis = new InstanceAnalysis(CLASSES);
    for (int i = 0; i < scenes.size(); i++) {
      analysis.add(ImageId.of(i), scenes.get(i).truths(), scenes.get(i).detections());
    }
    return analysis;
  }

  private static List<Scene> scenes(int count) {
    List<Scene> scenes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      scenes.add(random(i));
    }
    return scenes;
  }

  /** The twin: whole matrices of IoU, one class after the other, one threshold after the other. */
  @Test
  void aPointOfACurveIsWhatCocosMatchingOfTheDetectionsFromItsScoreOnFinds() {
    List<Scene> scenes = scenes(25);
    Map<String, PrecisionRecall> curves = analysis(scenes).curves();
    for (Category c : CLASSES) {
      PrecisionRecall curve = curves.get(c.name());
      for (Point p : curve.points()) {
        long right = 0;
        long wrong = 0;
        for (Scene s : scenes) {
          long[] counted = greedy(s, c.id(), p.threshold());
          right += counted[0];
          wrong += counted[1];
        }
        assertEquals(right, p.right(), c + " from " + p.threshold());
        assertEquals(wrong, p.wrong(), c + " from " + p.threshold());
      }
    }
  }

  private static long[] greedy(Scene scene, int id, double threshold) {
    List<GroundTruth> truths = scene.truths().stream().filter(t -> t.categoryId() == id).toList();
    List<GroundTruth> free = new ArrayList<>(truths.stream().filter(t -> !t.crowd()).toList());
    List<Detection> found = new ArrayList<>(scene.detections());
    found.removeIf(d -> d.categoryId() != id || d.score() < threshold);
    found.sort((a, b) -> Double.compare(b.score(), a.score()));
    long right = 0;
    long wrong = 0;
    for (Detection d : found) {
      GroundTruth best = null;
      for (GroundTruth g : free) {
        double iou = d.mask().iou(g.mask());
        if (iou >= 0.5 && (best == null || iou >= d.mask().iou(best.mask()))) {
          best = g;
        }
      }
      if (best != null) {
        free.remove(best);
        right++;
      } else if (truths.stream()
          .noneMatch(g -> g.crowd() && d.mask().iouWithCrowd(g.mask()) >= 0.5)) {
        wrong++;
      }
    }
    return new long[] {right, wrong};
  }

  @Test
  void noOtherThresholdHasABetterF1() {
    analysis(scenes(25))
        .curves()
        .forEach(
            (name, curve) -> {
              Point best = curve.best().orElseThrow();
              for (Point p : curve.points()) {
                boolean worse = curve.f1(p) < curve.f1(best) + 1e-15;
                assertTrue(
                    worse && (p.threshold() <= best.threshold() || curve.f1(p) < curve.f1(best)));
              }
              assertEquals(
                  2 / (1 / best.precision() + 1 / curve.recall(best)), curve.f1(best), 1e-12);
            });
  }

  @Test
  void neitherTheOrderOfImagesNorOfDetectionsOfDifferentScoresMatters() {
    List<Scene> scenes = new ArrayList<>();
    for (Scene s : scenes(12)) {
      List<Detection> apart = new ArrayList<>();
      for (Detection d : s.detections()) {
        apart.add(Detection.ofMask(d.categoryId(), d.score() + apart.size() / 1e4, d.mask()));
      }
      scenes.add(new Scene(s.truths(), apart));
    }
    InstanceAnalysis ordered = analysis(scenes);
    InstanceAnalysis other = new InstanceAnalysis(CLASSES);
    for (int i = scenes.size() - 1; i >= 0; i--) {
      List<Detection> shuffled = new ArrayList<>(scenes.get(i).detections());
      Collections.shuffle(shuffled, new Random(i));
      other.add(ImageId.of(i), scenes.get(i).truths(), shuffled);
    }
    ScoreThresholds half = ScoreThresholds.everywhere(0.5);
    assertEquals(ordered.curves(), other.curves());
    assertEquals(ordered.confusion(half), other.confusion(half));
    for (TrueObject what : TrueObject.values()) {
      assertEquals(ordered.errors(half).count(what), other.errors(half).count(what));
    }
    assertThrows(
        IllegalArgumentException.class, () -> other.add(ImageId.of(3), List.of(), List.of()));
  }

  /** Matrix and breakdown are two views of one matching. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.5, 0.9, 2})
  void theBreakdownExplainsWhatTheMatrixLeavesUnmatched(double threshold) {
    List<Scene> scenes = scenes(40);
    InstanceAnalysis analysis = analysis(scenes);
    ScoreThresholds at = new ScoreThresholds(threshold, Map.of("b", threshold / 2));
    ConfusionMatrix matrix = analysis.confusion(at);
    InstanceErrors errors = analysis.errors(at);
    for (int k = 0; k < 3; k++) {
      Map<TrueObject, Long> truths = new EnumMap<>(TrueObject.class);
      Map<Detected, Long> found = new EnumMap<>(Detected.class);
      for (ObjectSize size : ObjectSize.values()) {
        for (TrueObject what : TrueObject.values()) {
          truths.merge(what, errors.count(k, size, what), Long::sum);
        }
        for (Detected what : Detected.values()) {
          found.merge(what, errors.count(k, size, what), Long::sum);
        }
      }
      int id = CLASSES.get(k).id();
      long all =
          scenes.stream()
              .flatMap(s -> s.truths().stream())
              .filter(t -> t.categoryId() == id && !t.crowd())
              .count();
      assertEquals(all, matrix.truths(k));
      assertEquals(all, sum(truths));
      assertEquals(matrix.count(k, k), truths.get(TrueObject.FOUND));
      assertEquals(matrix.count(k, k), found.get(Detected.RIGHT));
      assertEquals(
          matrix.count(k, 3),
          all - truths.get(TrueObject.FOUND) - truths.get(TrueObject.WRONG_CLASS));
      assertEquals(matrix.predictions(k), sum(found));
      assertEquals(
          matrix.count(3, k),
          matrix.predictions(k) - found.get(Detected.RIGHT) - found.get(Detected.WRONG_CLASS));
    }
    assertEquals(errors.count(TrueObject.OUTLINE), errors.count(Detected.OUTLINE));
    assertEquals(errors.count(TrueObject.WRONG_CLASS), errors.count(Detected.WRONG_CLASS));
    if (threshold == 2) {
      assertTrue(matrix.predictions(0) + matrix.predictions(2) == 0, "nothing is that sure");
    }
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(count -> count).sum();
  }

  private static GroundTruth truth(Category c, Rle mask) {
    return GroundTruth.ofMask(c.id(), mask);
  }

  private static Detection found(Category c, double score, Rle mask) {
    return Detection.ofMask(c.id(), score, mask);
  }

  private static void assertIs(Scene scene, List<TrueObject> truths, List<Detected> found) {
    ImageOverlaps image =
        new ImageOverlaps(
            id -> CLASSES.stream().map(Category::id).toList().indexOf(id),
            scene.truths(),
            scene.detections());
    ObjectMatching matching = new ObjectMatching(image, new double[] {0.1, 0.1, 0.1});
    assertEquals(truths, Arrays.asList(matching.truths));
    assertEquals(found, Arrays.asList(matching.detections));
  }

  @Test
  void eachMistakeIsCalledByItsName() {
    Category a = CLASSES.get(0);
    Category b = CLASSES.get(1);
    Rle left = box(0, 0, 40, 40);
    Rle right = box(40, 0, 40, 40);
    Rle both = box(0, 0, 80, 40);
    assertIs(
        new Scene(List.of(truth(a, left)), List.of(found(a, 0.9, left), found(a, 0.8, left))),
        List.of(TrueObject.FOUND),
        List.of(Detected.RIGHT, Detected.DUPLICATE));
    assertIs(
        new Scene(List.of(truth(a, left)), List.of(found(b, 0.9, left))),
        List.of(TrueObject.WRONG_CLASS),
        List.of(Detected.WRONG_CLASS));
    assertIs(
        new Scene(
            List.of(truth(a, left), truth(a, right), truth(a, box(80, 0, 40, 40))),
            List.of(found(a, 0.9, box(0, 0, 120, 40)))),
        List.of(TrueObject.MERGED, TrueObject.MERGED, TrueObject.MERGED),
        List.of(Detected.MERGE));
    assertIs(
        new Scene(
            List.of(truth(a, both)),
            List.of(
                found(a, 0.9, box(0, 0, 26, 40)),
                found(a, 0.8, box(26, 0, 26, 40)),
                found(b, 0.7, box(54, 0, 26, 40)))),
        List.of(TrueObject.SPLIT),
        List.of(Detected.PART, Detected.PART, Detected.PART));
    assertIs(
        new Scene(List.of(truth(a, both)), List.of(found(a, 0.9, box(0, 0, 32, 40)))),
        List.of(TrueObject.OUTLINE),
        List.of(Detected.OUTLINE));
    assertIs(
        new Scene(List.of(truth(a, both)), List.of(found(b, 0.9, box(0, 0, 32, 40)))),
        List.of(TrueObject.MISSED),
        List.of(Detected.PART));
    assertIs(
        new Scene(List.of(truth(a, left)), List.of(found(a, 0.9, box(0, 60, 20, 20)))),
        List.of(TrueObject.MISSED),
        List.of(Detected.INVENTED));
  }

  /** The larger of two touching objects is found where their merger still is it by half. */
  @Test
  void anObjectSwallowedByTheDetectionOfAnotherIsMerged() {
    Category a = CLASSES.get(0);
    assertIs(
        new Scene(
            List.of(truth(a, box(0, 0, 60, 40)), truth(a, box(60, 0, 20, 40))),
            List.of(found(a, 0.9, box(0, 0, 80, 40)))),
        List.of(TrueObject.FOUND, TrueObject.MERGED),
        List.of(Detected.RIGHT));
  }

  @Test
  void detectionsOnACrowdAndBelowTheThresholdAreNothing() {
    Category a = CLASSES.get(0);
    Rle mask = box(0, 0, 40, 40);
    InstanceAnalysis analysis =
        analysis(
            List.of(
                new Scene(
                    List.of(GroundTruth.ofCrowd(a.id(), box(0, 0, 100, 100))),
                    List.of(found(a, 0.9, mask), found(a, 0.8, mask))),
                new Scene(List.of(truth(a, mask)), List.of(found(a, 0.3, mask)))));
    ConfusionMatrix matrix = analysis.confusion(ScoreThresholds.everywhere(0.5));
    assertEquals(List.of(new ConfusionMatrix.Cell(0, 3, 1)), matrix.cells());
    assertEquals(
        List.of(new ConfusionMatrix.Cell(0, 0, 1)),
        analysis.confusion(ScoreThresholds.everywhere(0.3)).cells());
    assertEquals(new PrecisionRecall(1, List.of(new Point(0.3, 1, 0))), analysis.curves().get("a"));
    assertFalse(analysis.curves().containsKey("b"), "neither true nor detected");
    assertEquals(
        new ScoreThresholds(0.5, Map.of("a", 0.3)), ScoreThresholds.best(analysis.curves(), 0.5));
  }

  @Test
  void ofEqualF1TheHighestThresholdIsTheBest() {
    PrecisionRecall curve =
        new PrecisionRecall(
            2, List.of(new Point(0.9, 1, 0), new Point(0.5, 1, 3), new Point(0.4, 2, 2)));
    assertEquals(curve.f1(curve.points().get(0)), curve.f1(curve.points().get(2)));
    assertEquals(0.9, curve.best().orElseThrow().threshold());
    assertEquals(Optional.empty(), new PrecisionRecall(2, List.of(new Point(0.9, 0, 1))).best());
  }

  @Test
  void theOutlineOfACurveKeepsItsEndsAndItsBest() {
    List<Point> points = new ArrayList<>();
    Random random = new Random(3);
    long right = 0;
    for (int i = 1; i <= 5000; i++) {
      right += random.nextInt(3) > 0 ? 1 : 0;
      points.add(new Point(1 - i / 5000.0, right, i - right));
    }
    PrecisionRecall curve = new PrecisionRecall(4000, points);
    List<Point> outline = curve.outline(100);
    assertTrue(outline.size() <= 104, "got " + outline.size());
    assertTrue(outline.contains(curve.best().orElseThrow()));
    assertEquals(points.get(4999), outline.get(outline.size() - 1));
    PrecisionRecall small = new PrecisionRecall(3, points.subList(0, 3));
    assertEquals(right(small.points()), right(small.outline(100)), "each found object is there");
  }

  private static List<Long> right(List<Point> points) {
    return points.stream().map(Point::right).distinct().filter(r -> r > 0).toList();
  }
}

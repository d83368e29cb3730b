package org.maskwright.trainer.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Palette;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.output.OutputRefusedException;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.PanopticKind;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultSegment;
import org.maskwright.trainer.result.SemanticKind;

/** What is written in each format is what was predicted: reading it gives the same masks. */
class PredictionFilesTest {
  private static final int W = 37;
  private static final int H = 29;
  private static final ClassSpace CLASSES =
      new ClassSpace(
          List.of(
              new ClassSpace.Entry("cell", true),
              new ClassSpace.Entry("a \"sky\": blue & <wide>", false),
              new ClassSpace.Entry("Zellkörper", true)));
  private static final Categories CATEGORIES =
      Categories.of(
          List.of(
              Category.of(1, "cell", true),
              Category.of(2, "sky", false),
              Category.of(3, "body", true)));

  @TempDir private Path temp;

  static Stream<String> formats() {
    return PredictionFormats.names().stream();
  }

  /** Random masks with holes and parts that touch at corners; they may overlap. */
  private static List<ResultSegment> segments(int seed) {
    Random random = new Random(seed);
    List<ResultSegment> segments = new ArrayList<>();
    for (int n = 0; n < 5; n++) {
      byte[] mask = new byte[W * H];
      int x0 = random.nextInt(W - 8);
      int y0 = random.nextInt(H - 8);
      for (int i = 0; i < 120; i++) {
        int x = x0 + random.nextInt(Math.min(12, W - x0));
        int y = y0 + random.nextInt(Math.min(12, H - y0));
        mask[y * W + x] = 1;
      }
      segments.add(new ResultSegment(n % 3, 0.9 - 0.1 * n, Rle.ofBitmap(mask, H, W)));
    }
    return segments;
  }

  private PredictedImage image(int number, List<ResultSegment> segments) {
    Path photograph = temp.resolve("photos/a b/x" + number + ".jpg");
    return new PredictedImage(
        number, photograph, "a b/x" + number + ".jpg", "a b/x" + number, new Size(W, H), segments);
  }

  /** Writes two images; the folder of the results. */
  private Path write(String format, Optional<Task> task, double tolerance) throws IOException {
    Path out = temp.resolve("out");
    FormatContext context = new FormatContext(CATEGORIES, task, new MaskPolygons(tolerance));
    try (ResultFiles files = ResultFiles.in(OutputFolder.open(out))) {
      FormatWriter writer = PredictionFormats.get(format).start(files, context);
      writer.add(image(1, segments(1)));
      writer.add(image(2, segments(2)));
      writer.end();
      files.finish();
    }
    return out.resolve(format);
  }

  private static JsonValue json(Path file) throws IOException {
    return JsonValue.read(file);
  }

  private static double[] ring(Iterable<JsonValue> points, double scaleX, double scaleY) {
    List<Double> ring = new ArrayList<>();
    for (JsonValue point : points) {
      ring.add(point.get(0).asDouble() * scaleX);
      ring.add(point.get(1).asDouble() * scaleY);
    }
    return ring.stream().mapToDouble(d -> d).toArray();
  }

  private static void assertMasks(int seed, List<Rle> read) {
    assertEquals(segments(seed).stream().map(ResultSegment::mask).toList(), read);
  }

  @Test
  void cocoHasTheMasksScoresAndClassesOfEveryImage() throws IOException {
    Path folder = write("coco", Optional.of(Task.INSTANCE), 0);
    CocoInstances read = CocoJson.readInstances(folder.resolve("instances.json"));
    for (int number = 1; number <= 2; number++) {
      int id = number;
      assertMasks(
          number,
          read.annotations().stream()
              .filter(a -> a.imageId().number() == id)
              .map(a -> a.mask(H, W))
              .toList());
    }
    assertEquals(
        List.of("a b/x1.jpg", "a b/x2.jpg"),
        read.images().stream().map(i -> i.fileName()).toList());
    assertEquals(
        List.of("cell", "sky", "body"), read.categories().stream().map(c -> c.name()).toList());
    List<Integer> ids = read.annotations().stream().map(CocoAnnotation::categoryId).toList();
    assertEquals(List.of(1, 2, 3, 1, 2, 1, 2, 3, 1, 2), ids);
    assertEquals(10, read.annotations().stream().map(CocoAnnotation::id).distinct().count());
    JsonValue first = json(folder.resolve("instances.json")).get("annotations").get(0);
    assertEquals(0.9, first.get("score").asDouble());
    assertFalse(Files.exists(folder.resolve("panoptic.json")));
  }

  @Test
  void labelmeHasTheMasksWithTheirHolesAndFindsThePhotograph() throws IOException {
    Path file = write("labelme", Optional.of(Task.INSTANCE), 0).resolve("a b/x2.json");
    JsonValue read = json(file);
    Map<String, List<Rle>> parts = new HashMap<>();
    List<String> order = new ArrayList<>();
    int alone = 0;
    for (JsonValue shape : read.get("shapes")) {
      JsonValue group = shape.get("group_id");
      String key = group.isNull() ? "alone " + alone++ : group.asText();
      if (!parts.containsKey(key)) {
        order.add(key);
      }
      Rle part = Polygons.toRle(ring(shape.get("points"), 1, 1), H, W);
      parts.computeIfAbsent(key, unseen -> new ArrayList<>()).add(part);
    }
    assertMasks(2, order.stream().map(key -> Rle.union(parts.get(key))).toList());
    Path photograph = file.getParent().resolve(read.get("imagePath").asText()).normalize();
    assertEquals(temp.resolve("photos/a b/x2.jpg"), photograph);
    assertTrue(read.get("imageData").isNull());
    assertEquals(W, read.get("imageWidth").asInt());
    assertEquals(H, read.get("imageHeight").asInt());
    assertEquals("cell", read.get("shapes").get(0).get("label").asText());
  }

  @Test
  void yoloHasAnObjectALineWithItsPartsAndHoles() throws IOException {
    Path folder = write("yolo", Optional.of(Task.INSTANCE), 0);
    List<Rle> masks = new ArrayList<>();
    StringBuilder classes = new StringBuilder();
    for (String line : Files.readAllLines(folder.resolve("labels/train/a b/x1.txt"))) {
      double[] numbers =
          Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
      classes.append((int) numbers[0]);
      double[] ring = Arrays.copyOfRange(numbers, 1, numbers.length);
      for (int i = 0; i < ring.length; i++) {
        ring[i] *= i % 2 == 0 ? W : H;
      }
      masks.add(Polygons.toRle(ring, H, W));
    }
    assertMasks(1, masks);
    assertEquals("01201", classes.toString());
    assertEquals(
        "path: .\ntrain: train.txt\nval: train.txt\nnc: 3\nnames:\n  0: \"cell\"\n  1: \"sky\"\n  2: \"body\"\n",
        Files.readString(folder.resolve("data.yaml")));
    assertEquals(
        "./images/train/a b/x1.jpg\n./images/train/a b/x2.jpg\n",
        Files.readString(folder.resolve("train.txt")));
  }

  @Test
  void geoJsonHasPolygonsWithHolesInPixelsAndColouredClasses() throws IOException {
    JsonValue read =
        json(write("geojson", Optional.of(Task.INSTANCE), 0).resolve("a b/x1.geojson"));
    List<Rle> masks = new ArrayList<>();
    for (JsonValue feature : read.get("features")) {
      JsonValue geometry = feature.get("geometry");
      boolean single = geometry.get("type").asText().equals("Polygon");
      List<Rle> parts = new ArrayList<>();
      for (JsonValue polygon :
          single ? List.of(geometry.get("coordinates")) : geometry.get("coordinates")) {
        List<double[]> rings = new ArrayList<>();
        for (JsonValue ring : polygon) {
          assertArrayEquals(
              ring(List.of(ring.get(0)), 1, 1), ring(List.of(ring.get(ring.size() - 1)), 1, 1));
          rings.add(ring(ring, 1, 1));
        }
        assertTrue(doubledArea(rings.get(0)) > 0, "clockwise to the eye");
        assertTrue(rings.stream().skip(1).allMatch(hole -> doubledArea(hole) < 0));
        parts.add(Polygons.evenOdd(rings, H, W));
      }
      masks.add(Rle.union(parts));
    }
    assertMasks(1, masks);
    JsonValue properties = read.get("features").get(0).get("properties");
    assertEquals("cell", properties.get("classification").get("name").asText());
    assertEquals(3, properties.get("classification").get("color").size());
    assertEquals(0.9, properties.get("measurements").get("score").asDouble());
  }

  /** Positive where a ring runs clockwise to the eye, with y down. */
  private static double doubledArea(double[] ring) {
    double sum = 0;
    for (int i = 0; i < ring.length; i += 2) {
      int next = (i + 2) % ring.length;
      sum += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
    }
    return sum;
  }

  @Test
  void labelStudioHasPolygonsInPercentAndItsInterface() throws IOException {
    Path folder = write("label-studio", Optional.of(Task.INSTANCE), 0);
    JsonValue task = json(folder.resolve("tasks.json")).get(1);
    assertEquals("/data/local-files/?d=a%20b/x2.jpg", task.get("data").get("image").asText());
    List<Rle> parts = new ArrayList<>();
    for (JsonValue region : task.get("predictions").get(0).get("result")) {
      JsonValue points = region.get("value").get("points");
      parts.add(Polygons.toRle(ring(points, W / 100.0, H / 100.0), H, W));
    }
    List<Rle> expected = segments(2).stream().map(ResultSegment::mask).toList();
    assertEquals(Rle.union(expected), Rle.union(parts));
    String xml = Files.readString(folder.resolve("interface.xml"));
    assertTrue(xml.contains("<Label value=\"body\""), xml);
  }

  @Test
  void masksHaveTheBestScoreOnTopAndNumbersOfThings() throws IOException {
    Path folder = write("masks", Optional.of(Task.INSTANCE), 0);
    LabelMap classes = LabelPng.read(folder.resolve("classes/a b/x1.png"));
    LabelMap numbers = LabelPng.read(folder.resolve("instances/a b/x1.png"));
    int[] expectedClasses = new int[W * H];
    int[] expectedNumbers = new int[W * H];
    Arrays.fill(expectedClasses, 255);
    List<ResultSegment> segments = segments(1);
    for (int i = segments.size() - 1; i >= 0; i--) {
      int index = segments.get(i).classIndex();
      segments.get(i).mask().paint(expectedClasses, index);
      segments.get(i).mask().paint(expectedNumbers, index == 1 ? 0 : i + 1);
    }
    assertArrayEquals(expectedClasses, classes.labels());
    assertArrayEquals(expectedNumbers, numbers.labels());
    assertEquals(List.of("cell", "sky", "body"), Files.readAllLines(folder.resolve("classes.txt")));
  }

  @Test
  void withATolerancePolygonsHaveFewerPointsAndNearlyTheSamePixels() throws IOException {
    byte[] disc = new byte[W * H];
    for (int i = 0; i < disc.length; i++) {
      int x = i % W - 18;
      int y = i / W - 14;
      disc[i] = (byte) (x * x + y * y < 144 ? 1 : 0);
    }
    Rle mask = Rle.ofBitmap(disc, H, W);
    double[] all = MaskPolygons.EXACT.outlines(mask).get(0).outer();
    double[] few = new MaskPolygons(1).outlines(mask).get(0).outer();
    assertTrue(few.length * 2 < all.length, few.length + " of " + all.length);
    assertTrue(Polygons.toRle(few, H, W).iou(mask) > 0.9);
  }

  private static ImageResult<PanopticMap> panoptic() {
    int[] ids = new int[W * H];
    Arrays.fill(ids, 0, 5 * W, 1);
    for (int y = 8; y < 20; y++) {
      Arrays.fill(ids, y * W + 4, y * W + 15, 2);
      Arrays.fill(ids, y * W + 15, y * W + 30, 3);
    }
    ids[10 * W + 10] = 0; // a hole
    List<PanopticMap.Segment> segments =
        List.of(
            new PanopticMap.Segment(1, 1, false, 0.7),
            new PanopticMap.Segment(2, 0, true, 0.9),
            new PanopticMap.Segment(3, 2, true, 0.8));
    return new ImageResult<>(
        new PanopticKind(),
        new PanopticMap(H, W, ids, segments),
        ImageFrame.unchanged(H, W),
        CLASSES);
  }

  private void predict(Path out, ImageResult<?> result, List<String> names) throws IOException {
    List<PredictionFormat> formats = names.stream().map(PredictionFormats::get).toList();
    try (PredictionFiles files =
        PredictionFiles.in(OutputFolder.open(out), formats, result.kind(), CLASSES, 0)) {
      for (String name : List.of("a/x", "b/x")) {
        files.requireFree(name);
        files.add(
            temp.resolve(name + ".jpg"),
            name + ".jpg",
            name,
            result,
            ScoreThresholds.everywhere(0.5));
      }
      files.finish();
    }
  }

  @Test
  void panopticResultsHaveCocosPanopticFilesToo() throws IOException {
    Path out = temp.resolve("out");
    predict(out, panoptic(), List.of("coco"));
    JsonValue read = json(out.resolve("coco/panoptic.json"));
    JsonValue annotation = read.get("annotations").get(1);
    assertEquals("b/x.png", annotation.get("file_name").asText());
    LabelMap map = LabelPng.read(out.resolve("coco/panoptic/b/x.png"));
    assertArrayEquals(panoptic().value().ids(), map.labels());
    for (JsonValue segment : annotation.get("segments_info")) {
      int id = segment.get("id").asInt();
      long pixels = Arrays.stream(map.labels()).filter(label -> label == id).count();
      assertEquals(pixels, segment.get("area").asLong());
    }
    assertEquals(0, read.get("categories").get(1).get("isthing").asInt());
    assertEquals(2, read.get("images").size());
    assertTrue(Files.exists(out.resolve("coco/instances.json")));
  }

  @Test
  void semanticResultsHaveASegmentForEachClassAndNoObjectNumbers() throws IOException {
    int[] labels = new int[W * H];
    Arrays.fill(labels, 0, 100, 2);
    ImageResult<SemanticMap> result =
        new ImageResult<>(
            new SemanticKind(), new SemanticMap(H, W, labels), ImageFrame.unchanged(H, W), CLASSES);
    Path out = temp.resolve("out");
    predict(out, result, PredictionFormats.names());
    assertArrayEquals(labels, LabelPng.read(out.resolve("masks/classes/a/x.png")).labels());
    assertFalse(Files.exists(out.resolve("masks/instances")));
    assertFalse(Files.exists(out.resolve("coco/panoptic.json")));
    CocoInstances read = CocoJson.readInstances(out.resolve("coco/instances.json"));
    assertEquals(4, read.annotations().size());
    assertEquals(2, json(out.resolve("geojson/a/x.geojson")).get("features").size());
  }

  @Test
  void coloursAreThoseOfThePictures() throws IOException {
    Path out = temp.resolve("out");
    predict(out, panoptic(), List.of("geojson"));
    JsonValue color =
        json(out.resolve("geojson/a/x.geojson"))
            .get("features")
            .get(0)
            .get("properties")
            .get("classification")
            .get("color");
    int rgb = color.get(0).asInt() << 16 | color.get(1).asInt() << 8 | color.get(2).asInt();
    assertEquals(Palette.DEFAULT.category(1), rgb);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void namesWithQuotesAndAccentsMakeNoBrokenFile(String format) throws IOException {
    Path out = temp.resolve("out");
    predict(out, panoptic(), List.of(format));
    try (Stream<Path> files = Files.walk(out.resolve(format))) {
      for (Path file :
          files.filter(f -> Files.isRegularFile(f) && f.toString().endsWith("json")).toList()) {
        assertTrue(json(file).size() > 0, file.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void anImageWithoutObjectsIsWrittenToo(String format) throws IOException {
    ImageResult<PanopticMap> empty =
        new ImageResult<>(
            new PanopticKind(),
            new PanopticMap(H, W, new int[W * H], List.of()),
            ImageFrame.unchanged(H, W),
            CLASSES);
    Path out = temp.resolve("out");
    predict(out, empty, List.of(format));
    assertTrue(Files.isDirectory(out.resolve(format)));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void filesOfTheUsersAreNotWrittenOver(String format) throws IOException {
    for (String name : PredictionFormats.get(format).files("a/x")) {
      Path out = temp.resolve("taken " + name.hashCode());
      Files.createDirectories(out.resolve(name).getParent());
      Files.writeString(out.resolve(name), "mine");
      assertThrows(
          OutputRefusedException.class, () -> predict(out, panoptic(), List.of(format)), name);
      assertEquals("mine", Files.readString(out.resolve(name)));
    }
  }

  @Test
  void whatWasNotFinishedIsNotThere() throws IOException {
    Path out = temp.resolve("out");
    try (PredictionFiles files =
        PredictionFiles.in(
            OutputFolder.open(out),
            List.of(PredictionFormats.get("coco")),
            new PanopticKind(),
            CLASSES,
            0)) {
      files.add(temp.resolve("x.jpg"), "x.jpg", "x", panoptic(), ScoreThresholds.everywhere(0.5));
    }
    try (Stream<Path> files = Files.list(out.resolve("coco"))) {
      assertEquals(List.of("panoptic"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void anUnknownFormatIsToldTheNearest() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> PredictionFormats.get("geo-json"))
            .getMessage();
    assertTrue(message.endsWith("did you mean geojson?"), message);
  }

  @Test
  void thePageOfFormatsSaysWhatTheySay() throws IOException {
    List<String> page = Files.readAllLines(Path.of("../docs/predictions.md"));
    for (PredictionFormat format : PredictionFormats.all()) {
      String row = "| `%s` | %s |".formatted(format.name(), format.meaning());
      assertTrue(page.contains(row), row);
    }
  }
}

package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.CocoDetection;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.CocoJsonWriter;
import org.maskwright.datasets.json.CocoPanoptic;
import org.maskwright.datasets.json.PanopticAnnotation;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.InstanceFiles.DetectionArea;
import org.maskwright.datasets.metrics.PanopticEvaluator.Overlap;

/**
 * Valid files, and thousands of damaged ones: each gives a result or a DatasetException, never
 * anything else. {@code -Dmaskwright.fuzz.mutants=N} makes it a campaign, {@code
 * maskwright.fuzz.seed} another one.
 */
class BrokenFilesTest {
  private static final int MUTANTS = Integer.getInteger("maskwright.fuzz.mutants", 2000);
  private static final long SEED = Long.getLong("maskwright.fuzz.seed", 1);

  private static final String[] SNIPPETS = {
    "-1",
    "1e400",
    "NaN",
    "null",
    "[]",
    "{}",
    "\"\"",
    "99999999999999999999",
    "0.5",
    "true",
    "[[",
    "]",
    "}",
    "\"id\":",
    "2147483647",
    "-2147483648",
    "\u0000",
    "\\",
    "\"../../x\"",
    "oooooooo",
    "1048576"
  };

  @TempDir Path folder;
  private Path gt;
  private Path results;
  private Path panoptic;
  private Path predicted;

  @BeforeEach
  void writeValidFiles() throws IOException {
    gt = folder.resolve("gt.json");
    results = folder.resolve("results.json");
    panoptic = folder.resolve("panoptic.json");
    predicted = folder.resolve("predicted.json");
    CocoJsonWriter.writeInstances(gt, instances());
    CocoJsonWriter.writeResults(results, target -> detections().forEach(target));
    CocoJsonWriter.writePanoptic(panoptic, panoptic(true));
    CocoJsonWriter.writePanoptic(predicted, panoptic(false));
    int[] ids = new int[30 * 20];
    Arrays.fill(ids, 0, 300, 1000);
    Arrays.fill(ids, 300, 580, 70000);
    for (String side : new String[] {"gt", "pred"}) {
      Files.createDirectories(folder.resolve(side));
      LabelPng.writeRgbIds(folder.resolve(side + "/1.png"), new LabelMap(20, 30, ids));
    }
  }

  private static CocoInstances instances() {
    List<CocoAnnotation> annotations = new ArrayList<>();
    Rle mask = Rle.ofCounts(20, 30, new int[] {40, 200, 360});
    double[] triangle = {1.5, 2, 20, 3.25, 10, 18.01};
    for (int i = 0; i < 6; i++) {
      Segmentation shape =
          i % 2 == 0 ? Segmentation.ofRle(mask) : Segmentation.ofPolygons(List.of(triangle));
      Box box = new Box(2, 0, 10, 20);
      annotations.add(
          new CocoAnnotation(
              10 + i, ImageId.of(1 + i % 2), 1 + i % 3, 200, box, i == 5, false, shape));
    }
    List<CocoCategory> categories = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      categories.add(new CocoCategory(i, "c" + i, "s", true, "f", OptionalInt.of(0x102030 + i)));
    }
    List<CocoImage> images =
        List.of(
            new CocoImage(ImageId.of(1), "1.png", 20, 30, "", List.of(2), List.of(3)),
            new CocoImage(ImageId.of(2), "2.png", 20, 30));
    return new CocoInstances(images, categories, annotations);
  }

  private static List<CocoDetection> detections() {
    List<CocoDetection> detections = new ArrayList<>();
    for (CocoAnnotation a : instances().annotations()) {
      int number = detections.size() + 1;
      detections.add(
          new CocoDetection(a.imageId(), a.categoryId(), 0.1 * number, a.box(), a.segmentation()));
    }
    return detections;
  }

  private static CocoPanoptic panoptic(boolean truth) {
    List<PanopticSegment> segments =
        List.of(
            new PanopticSegment(1000, 1, false, 300), new PanopticSegment(70000, 2, false, 280));
    List<CocoCategory> categories =
        List.of(new CocoCategory(1, "a", true), new CocoCategory(2, "b", false));
    return new CocoPanoptic(
        List.of(),
        truth ? categories : List.of(),
        List.of(new PanopticAnnotation(ImageId.of(1), "1.png", segments)));
  }

  private CocoMetrics instanceScore(IouType type) {
    return InstanceFiles.coco(gt, results, type, DetectionArea.MASK).metrics();
  }

  private PanopticMetrics panopticScore(Overlap overlap) {
    return PanopticFiles.evaluate(
        panoptic, folder.resolve("gt"), predicted, folder.resolve("pred"), overlap);
  }

  @Test
  void whatIsWrittenIsReadBack() {
    CocoInstances read = CocoJson.readInstances(gt);
    assertEquals(instances(), read);
    assertEquals(detections(), CocoJson.readResults(results));
    assertEquals(panoptic(true), CocoJson.readPanoptic(panoptic));
    assertEquals(1.0, instanceScore(IouType.SEGM).all().ap(), 1e-9);
    assertEquals(1.0, panopticScore(Overlap.SEGMENT).all().pq());
    assertEquals(1.0, panopticScore(Overlap.BOUNDARY).all().pq());
  }

  @Test
  void damagedInstanceFilesGiveAResultOrADatasetException() throws IOException {
    Random random = new Random(SEED);
    byte[] goodTruth = Files.readAllBytes(gt);
    byte[] goodResults = Files.readAllBytes(results);
    Path bad = folder.resolve("bad.json");
    IouType[] types = IouType.values();
    int refused = 0;
    for (int round = 0; round < MUTANTS; round++) {
      boolean truth = round % 2 == 0;
      Files.write(bad, damage(truth ? goodTruth : goodResults, random));
      Path truths = truth ? bad : gt;
      Path found = truth ? results : bad;
      IouType type = types[round % types.length];
      try {
        if (round % 4 < 2) {
          InstanceFiles.coco(truths, found, type, DetectionArea.MASK);
        } else {
          InstanceFiles.lvis(truths, found, IouType.SEGM, DetectionArea.BBOX);
        }
      } catch (DatasetException e) {
        assertTrue(e.file().isPresent(), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > MUTANTS / 3, "only " + refused + " refused");
  }

  @Test
  void damagedPanopticFilesGiveAResultOrADatasetException() throws IOException {
    Random random = new Random(SEED + 1);
    byte[] goodTruth = Files.readAllBytes(panoptic);
    byte[] goodPrediction = Files.readAllBytes(predicted);
    byte[] goodPng = Files.readAllBytes(folder.resolve("gt/1.png"));
    Path bad = folder.resolve("bad.json");
    Path badPng = folder.resolve("pred/1.png");
    int refused = 0;
    for (int round = 0; round < MUTANTS; round++) {
      boolean truth = round % 3 == 0;
      boolean png = round % 3 == 2;
      byte[] good = png ? goodPng : truth ? goodTruth : goodPrediction;
      Files.write(png ? badPng : bad, damage(good, random));
      try {
        PanopticFiles.evaluate(
            truth ? bad : panoptic,
            folder.resolve("gt"),
            truth || png ? predicted : bad,
            png ? folder.resolve("pred") : folder.resolve("gt"),
            round % 2 == 0 ? Overlap.SEGMENT : Overlap.BOUNDARY);
      } catch (DatasetException e) {
        assertTrue(e.file().isPresent(), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > MUTANTS / 3, "only " + refused + " refused");
  }

  @Test
  void aDamagedRunLengthStringIsRefusedOrAMaskOfTheSize() {
    Random random = new Random(SEED + 2);
    int refused = 0;
    for (int round = 0; round < 10 * MUTANTS; round++) {
      byte[] bits = new byte[40 * 25];
      for (int from = random.nextInt(60); from < bits.length; from += 1 + random.nextInt(200)) {
        int to = Math.min(bits.length, from + random.nextInt(90));
        Arrays.fill(bits, from, to, (byte) 1);
        from = to;
      }
      Rle good = Rle.ofBitmap(bits, 40, 25);
      byte[] text = good.toCompressedString().getBytes(StandardCharsets.US_ASCII);
      byte[] damaged = damage(text, random);
      try {
        Rle read = Rle.ofString(40, 25, damaged, 0, damaged.length);
        assertEquals(read, Rle.ofString(40, 25, read.toCompressedString()));
        // An official decoder, given the same counts, sets the same pixels.
        assertArrayEquals(painted(read.counts(), bits.length), columnMajor(read));
        assertTrue(read.intersectionArea(good) <= Math.min(read.area(), good.area()));
        Rle both = Rle.union(List.of(read, good));
        assertEquals(both.area(), read.area() + good.area() - read.intersectionArea(good));
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertTrue(refused > 5 * MUTANTS / 2, "only " + refused + " refused");
  }

  private static byte[] painted(int[] counts, int pixels) {
    byte[] bits = new byte[pixels];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      Arrays.fill(bits, at, at + counts[i], (byte) (i % 2));
      at += counts[i];
    }
    assertEquals(pixels, at);
    return bits;
  }

  private static byte[] columnMajor(Rle mask) {
    byte[] rowMajor = mask.toBitmap();
    byte[] bits = new byte[rowMajor.length];
    for (int x = 0; x < mask.width(); x++) {
      for (int y = 0; y < mask.height(); y++) {
        bits[x * mask.height() + y] = rowMajor[y * mask.width() + x];
      }
    }
    return bits;
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 100_000})
  void listsNestedTooDeepAreRefused(int depth) throws IOException {
    String nested = "[".repeat(depth) + "]".repeat(depth);
    Files.writeString(gt, "{\"info\": " + nested + ", \"annotations\": []}");
    assertRefused("");
  }

  @Test
  void aNumberTooLongToReadIsRefused() throws IOException {
    Files.writeString(gt, "{\"annotations\": [{\"area\": 0." + "9".repeat(5_000) + "}]}");
    assertRefused("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "categories", "annotations"})
  void aSecondListOfOneNameIsRefused(String name) throws IOException {
    String text = Files.readString(gt);
    Files.writeString(gt, text.substring(0, text.length() - 1) + ",\"" + name + "\":[]}");
    assertRefused("\"" + name + "\" occurs twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "categories"})
  void groundTruthWithoutOneOfItsListsIsRefused(String name) throws IOException {
    Files.writeString(gt, Files.readString(gt).replace("\"" + name + "\"", "\"other\""));
    assertRefused("expected \"" + name + "\"");
  }

  private void assertRefused(String reason) {
    DatasetException e = assertThrows(DatasetException.class, () -> instanceScore(IouType.SEGM));
    assertEquals(gt.toString(), e.file().orElseThrow());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void whatIsLeftOutIsSaid() {
    List<CocoAnnotation> annotations = new ArrayList<>(instances().annotations());
    CocoAnnotation first = annotations.get(0);
    annotations.add(ofCategory(first, 90, 1, 77));
    annotations.add(ofCategory(first, 91, 55, 1));
    Segmentation tall = Segmentation.ofRle(Rle.empty(21, 30));
    annotations.add(new CocoAnnotation(92, ImageId.of(1), 1, 600, first.box(), false, false, tall));
    CocoInstances truth =
        new CocoInstances(instances().images(), instances().categories(), annotations);
    CocoJsonWriter.writeInstances(gt, truth);
    CocoJsonWriter.writeResults(
        results,
        target -> {
          target.accept(new CocoDetection(ImageId.of(1), 99, 0.5, null, first.segmentation()));
          target.accept(new CocoDetection(ImageId.of(1), 1, 0.5, null, tall));
        });
    assertEquals(
        List.of(
            gt + ": 1 annotations of images not in \"images\": left out",
            gt + ": 1 annotations of categories not in \"categories\": left out",
            results + ": 1 results of categories not in the ground truth: left out",
            gt + ": 1 masks of another size than their image: they match nothing",
            results + ": 1 masks of another size than their image: they match nothing"),
        InstanceFiles.coco(gt, results, IouType.SEGM, DetectionArea.MASK).warnings());
  }

  private static CocoAnnotation ofCategory(CocoAnnotation a, int id, int image, int category) {
    return new CocoAnnotation(
        id, ImageId.of(image), category, a.area(), a.box(), false, false, a.segmentation());
  }

  /** Changes, cuts, doubles or replaces a piece, or puts in a value that is wrong in some way. */
  private static byte[] damage(byte[] good, Random random) {
    int at = random.nextInt(good.length);
    int length = Math.min(good.length - at, 1 + random.nextInt(12));
    byte[] tail = Arrays.copyOfRange(good, at + length, good.length);
    byte[] middle =
        switch (random.nextInt(5)) {
          case 0 -> new byte[0];
          case 1 -> {
            byte[] twice = Arrays.copyOf(Arrays.copyOfRange(good, at, at + length), 2 * length);
            System.arraycopy(good, at, twice, length, length);
            yield twice;
          }
          case 2 -> {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            yield noise;
          }
          case 3 -> {
            byte[] digits = Arrays.copyOfRange(good, at, at + length);
            for (int i = 0; i < length; i++) {
              if (digits[i] >= '0' && digits[i] <= '9') {
                digits[i] = (byte) ('0' + random.nextInt(10));
              }
            }
            yield digits;
          }
          default -> SNIPPETS[random.nextInt(SNIPPETS.length)].getBytes(StandardCharsets.UTF_8);
        };
    if (random.nextInt(20) == 0) {
      tail = new byte[0];
    }
    byte[] bad = Arrays.copyOf(good, at + middle.length + tail.length);
    System.arraycopy(middle, 0, bad, at, middle.length);
    System.arraycopy(tail, 0, bad, at + middle.length, tail.length);
    return bad;
  }

  @Test
  void fileNamesCannotLeaveTheFolder() throws IOException {
    Path secret = folder.resolve("secret.png");
    LabelPng.writeRgbIds(secret, new LabelMap(1, 1, new int[1]));
    Files.createSymbolicLink(folder.resolve("gt/link.png"), secret);
    for (String name :
        new String[] {"../secret.png", secret.toString(), "link.png", "", "a\u0000b"}) {
      PanopticAnnotation annotation = new PanopticAnnotation(ImageId.of(1), name, List.of());
      CocoJsonWriter.writePanoptic(
          panoptic,
          new CocoPanoptic(
              List.of(), List.of(new CocoCategory(1, "a", true)), List.of(annotation)));
      DatasetException e =
          assertThrows(DatasetException.class, () -> panopticScore(Overlap.SEGMENT));
      assertEquals("1", e.imageId().orElseThrow());
    }
  }

  @Test
  void anIdOfThePngThatTheJsonLacksIsNamed() {
    int[] ids = new int[600];
    ids[7] = 5;
    LabelPng.writeRgbIds(folder.resolve("pred/1.png"), new LabelMap(20, 30, ids));
    DatasetException e = assertThrows(DatasetException.class, () -> panopticScore(Overlap.SEGMENT));
    assertTrue(e.getMessage().contains("id 5"), e.getMessage());
    assertEquals("1", e.imageId().orElseThrow());
  }

  @Test
  void anUnknownCategoryOfAPredictionIsAFaultOfItsJson() throws IOException {
    String text = Files.readString(predicted);
    Files.writeString(predicted, text.replace("\"category_id\":2", "\"category_id\":9"));
    DatasetException e = assertThrows(DatasetException.class, () -> panopticScore(Overlap.SEGMENT));
    assertEquals(predicted.toString(), e.file().orElseThrow());
    assertEquals("1", e.imageId().orElseThrow());
    assertEquals("segment 70000", e.annotationId().orElseThrow());
    assertTrue(e.getMessage().contains("category 9: expected"), e.getMessage());
  }

  @Test
  void whatPycocotoolsWouldFailOnIsSaid() throws IOException {
    Files.writeString(gt, Files.readString(gt).replaceFirst("\"area\":[0-9.]+,", ""));
    assertEquals(
        List.of(
            gt + ": 1 annotations without \"area\": their pixels are counted",
            results + ": 3 results with polygons, which pycocotools refuses"),
        InstanceFiles.coco(gt, results, IouType.SEGM, DetectionArea.MASK).warnings());
  }
}

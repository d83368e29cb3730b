package org.maskwright.datasets.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.files.OutputException;

/** What a target can hold comes back from it as it was. */
class ConversionTest {
  private static final int WIDTH = 30;
  private static final int HEIGHT = 20;

  @TempDir private Path scratch;
  private Path source;

  /**
   * COCO with two parts: a polygon of two rings at odd places, runs with a hole, a crowd, a class
   * that only the validation part shows, a photograph without an object.
   */
  @BeforeEach
  void writeSource() throws IOException {
    source = scratch.resolve("source");
    byte[] ring = new byte[WIDTH * HEIGHT];
    for (int i = 0; i < ring.length; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      boolean hole = x >= 15 && x < 18 && y >= 6 && y < 9;
      ring[i] = (byte) (x >= 12 && x < 22 && y >= 4 && y < 14 && !hole || x == 25 ? 1 : 0);
    }
    String runs = Rle.ofBitmap(ring, HEIGHT, WIDTH).toCompressedString().replace("\\", "\\\\");
    photo("images/train/a.png");
    photo("images/train/b.png");
    photo("images/val/a.png");
    String categories = "'categories': [{'id': 3, 'name': 'nut'}, {'id': 7, 'name': 'bolt two'}]";
    text(
        "annotations/instances_train.json",
        "{'images': [{'id': 1, 'file_name': 'a.png', 'width': 30, 'height': 20}, {'id': 2,"
            + " 'file_name': 'b.png', 'width': 30, 'height': 20}],'annotations': [{'id': 1,"
            + " 'image_id': 1, 'category_id': 3, 'iscrowd': 0, 'segmentation': [[1.25, 1.5, 8.75,"
            + " 2.25, 7.5, 9.125], [2, 12, 9, 12, 9, 17.5, 2, 17.5]]},"
            + "{'id': 2, 'image_id': 1, 'category_id': 7, 'iscrowd': 0, 'segmentation': {'size': [20, 30], 'counts': '%s'}},"
                .formatted(runs)
            + "{'id': 3, 'image_id': 1, 'category_id': 3, 'iscrowd': 1, 'segmentation': {'size':"
            + " [20, 30], 'counts': [500, 60, 40]}}],"
            + categories
            + "}");
    text(
        "annotations/instances_val.json",
        "{'images': [{'id': 1, 'file_name': 'a.png', 'width': 30, 'height': 20}], 'annotations':"
            + " [{'id': 1, 'image_id': 1, 'category_id': 7, 'iscrowd': 0, 'segmentation': [[4, 4,"
            + " 20, 4, 20, 15, 4, 15]]}],"
            + categories
            + "}");
  }

  private void photo(String name) throws IOException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(
        new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
  }

  private void text(String name, String content) throws IOException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content.replace('\'', '"'));
  }

  private static Map<String, Dataset> open(Path root, Optional<Task> task) {
    Map<String, Dataset> parts = new LinkedHashMap<>();
    DatasetSettings settings = DatasetSettings.of("auto", root, "");
    List<String> names = LayoutDetector.detect(settings).parts();
    for (String part : names.isEmpty() ? List.of("") : names) {
      parts.put(part, DatasetOpener.open(settings.withSplit(part), task));
    }
    return parts;
  }

  private Path converted(Path from, String target, String out) {
    ConversionTarget to = Conversion.target(target);
    Conversion.write(open(from, to.task()), to, scratch.resolve(out));
    return scratch.resolve(out);
  }

  /** Class, crowd and pixels of each object of each image of each part. */
  private static List<String> content(Path root) {
    List<String> content = new ArrayList<>();
    open(root, Optional.empty())
        .forEach(
            (part, dataset) -> {
              for (int i = 0; i < dataset.size(); i++) {
                Sample sample = dataset.load(i);
                Size size = new Size(sample.image().width(), sample.image().height());
                for (Segment segment : sample.segments()) {
                  content.add(
                      "%s %s %s %s %s"
                          .formatted(
                              part,
                              sample.info().file().getFileName(),
                              dataset.categories().get(segment.category()).name(),
                              segment.crowd(),
                              Arrays.hashCode(segment.mask().toRle(size).toBitmap())));
                }
              }
            });
    return content.stream().sorted().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"coco", "labelme"})
  void objectsAreTheSameToThePixel(String target) {
    Path there = converted(source, target, "there");
    assertEquals(content(source), content(there));
    assertEquals(content(source), content(converted(there, "coco", "back")));
  }

  @Test
  void yoloHoldsAllButCrowds() {
    List<String> without =
        content(source).stream().filter(line -> !line.contains(" true ")).toList();
    Path yolo = converted(source, "yolo", "yolo");
    assertEquals(without, content(yolo));
    assertEquals(without, content(converted(yolo, "coco", "back")));
  }

  /** Any to any, and back to the first. */
  @ParameterizedTest
  @CsvSource({
    "yolo, labelme",
    "labelme, yolo",
    "coco, yolo",
    "yolo, coco",
    "labelme, coco",
    "coco, labelme"
  })
  void aWayOverTwoLayoutsLosesNoMore(String first, String second) {
    Path one = converted(source, first, "one");
    Path two = converted(one, second, "two");
    List<String> without =
        content(source).stream().filter(line -> !line.contains(" true ")).toList();
    assertEquals(without, content(two).stream().filter(line -> !line.contains(" true ")).toList());
  }

  /** Quotes, a comment's sign and a backslash, in every format that holds names. */
  @ParameterizedTest
  @ValueSource(strings = {"coco", "labelme", "yolo"})
  void namesComeBackAsTheyAre(String target) throws IOException {
    Path json = source.resolve("annotations/instances_val.json");
    Path train = source.resolve("annotations/instances_train.json");
    for (Path file : List.of(json, train)) {
      String text = Files.readString(file);
      Files.writeString(file, text.replace("bolt two", "a \\\"b\\\" # c's \\\\ d: e"));
    }
    List<String> names = open(source, Optional.empty()).get("val").categories().names();
    assertEquals(List.of("nut", "a \"b\" # c's \\ d: e"), names);
    Dataset back = open(converted(source, target, "there"), Optional.empty()).get("val");
    assertTrue(back.categories().names().containsAll(names), back.categories().names().toString());
  }

  @Test
  void polygonsKeepTheirNumbersInCoco() {
    Dataset train = open(converted(source, "coco", "there"), Optional.empty()).get("train");
    SegmentMask mask = train.segments(0).get(0).mask();
    List<double[]> rings = ((SegmentMask.Polygons) mask).rings();
    assertEquals(2, rings.size());
    assertTrue(Arrays.equals(new double[] {1.25, 1.5, 8.75, 2.25, 7.5, 9.125}, rings.get(0)));
  }

  @Test
  void polygonsStayWithinAThousandthOfAPixelInYolo() throws IOException {
    Path val = scratch.resolve("yolo/labels/val/a.txt");
    converted(source, "yolo", "yolo");
    double[] share =
        Stream.of(Files.readString(val).strip().split(" ", -1))
            .skip(1)
            .mapToDouble(Double::parseDouble)
            .toArray();
    double[] expected = {4, 4, 20, 4, 20, 15, 4, 15};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], share[i] * (i % 2 == 0 ? WIDTH : HEIGHT), 1e-3);
    }
  }

  @Test
  void masksHoldTheClassOfEachPixel() {
    List<String> asClasses = semantic(source);
    Path masks = converted(source, "masks", "masks");
    assertEquals(asClasses, semantic(masks));
    assertEquals(asClasses, semantic(converted(masks, "masks", "again")));
  }

  private static List<String> semantic(Path root) {
    List<String> content = new ArrayList<>();
    open(root, Optional.of(Task.SEMANTIC))
        .forEach(
            (part, dataset) -> {
              for (int i = 0; i < dataset.size(); i++) {
                Sample sample = dataset.load(i);
                Size size = new Size(sample.image().width(), sample.image().height());
                for (Segment segment : sample.segments()) {
                  content.add(
                      "%s %s %s %s"
                          .formatted(
                              part,
                              sample.info().file().getFileName(),
                              dataset.categories().get(segment.category()).name(),
                              segment.mask().toRle(size).toCompressedString()));
                }
              }
            });
    return content.stream().sorted().toList();
  }

  @Test
  void masksBecomeObjectsOfEachClassAndComeBack() {
    Path masks = converted(source, "masks", "masks");
    Path coco = converted(masks, "coco", "coco");
    Dataset train = open(coco, Optional.empty()).get("train");
    assertEquals(List.of("background", "nut", "bolt two"), train.categories().names());
    Sample sample = train.load(0);
    Size size = new Size(WIDTH, HEIGHT);
    long pixels = sample.segments().stream().mapToLong(s -> s.mask().toRle(size).area()).sum();
    assertEquals(WIDTH * HEIGHT, pixels);
  }

  @Test
  void whatIsLostIsCounted() {
    ConversionTarget yolo = Conversion.target("yolo");
    Conversion.Report report =
        Conversion.write(open(source, Optional.empty()), yolo, scratch.resolve("out"));
    assertEquals(3, report.images());
    assertEquals(3, report.objects());
    assertEquals(List.of("1 crowds are left out: YOLO's labels know none"), report.lost());
  }

  @Test
  void photographsOfOneNameAreToldApart() throws IOException {
    Path folder = scratch.resolve("nested");
    for (String day : List.of("mon", "tue")) {
      Path photo = folder.resolve("images/" + day + "/a.png");
      Files.createDirectories(photo.getParent());
      Files.copy(source.resolve("images/val/a.png"), photo);
      Path mask = folder.resolve("masks/" + day + "/a.png");
      Files.createDirectories(mask.getParent());
      ImageIO.write(
          new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY), "png", mask.toFile());
    }
    Path out = converted(folder, "labelme", "labelme");
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(
          List.of("a.json", "a.png", "a_2.json", "a_2.png"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFolderWithFilesIsNotWrittenTo() {
    OutputException e =
        assertThrows(
            OutputException.class,
            () ->
                Conversion.write(
                    open(source, Optional.empty()), Conversion.target("coco"), source));
    assertTrue(e.getMessage().contains("is empty; name another"), e.getMessage());
  }

  @Test
  void whatFailsLeavesNothing() throws IOException {
    Map<String, Dataset> parts = open(source, Optional.empty());
    Files.delete(source.resolve("images/train/b.png"));
    assertThrows(
        RuntimeException.class,
        () -> Conversion.write(parts, Conversion.target("yolo"), scratch.resolve("out")));
    assertFalse(Files.exists(scratch.resolve("out")));
    try (Stream<Path> left = Files.list(scratch)) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void anUnknownTargetIsAnsweredWithTheNearest() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Conversion.target("labelmee"));
    assertTrue(e.getMessage().contains("did you mean labelme?"), e.getMessage());
  }
}

package org.maskwright.datasets.labels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.coco.CocoInstanceDataset;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.json.Segmentation;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.files.OutputException;

class LabelFileTest {
  static final int WIDTH = 40;
  static final int HEIGHT = 30;

  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void pictures() throws IOException {
    file = dir.resolve("annotations.json");
    Files.createDirectories(dir.resolve("b"));
    for (String name : List.of("a.png", "b/c.png", "d.png")) {
      picture(dir.resolve(name), WIDTH, HEIGHT);
    }
  }

  static void picture(Path file, int width, int height) throws IOException {
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
  }

  private LabelFile open() {
    return open("cat", "dog");
  }

  private LabelFile open(String... classes) {
    return LabelFile.open(
        file, DataFolder.of(dir), List.of("a.png", "b/c.png", "d.png"), List.of(classes));
  }

  static Segmentation box(int x, int y, int width, int height) {
    return Segmentation.ofRle(Polygons.toRle(new Box(x, y, width, height), HEIGHT, WIDTH));
  }

  static final Segmentation TRIANGLE =
      Segmentation.ofPolygons(List.of(new double[] {2.25, 2, 20, 3, 9, 21.5}));

  @Test
  void whatIsSavedIsThereWhenTheFileIsOpenedAgain() {
    Labels saved;
    try (LabelFile labels = open()) {
      assertFalse(Files.exists(file), "nothing is written before something is drawn");
      saved =
          labels.save(
              1,
              labels.labels(1).version(),
              List.of(LabelEdit.added(1, TRIANGLE), LabelEdit.added(2, box(3, 4, 5, 6))),
              false);
      labels.save(2, labels.labels(2).version(), List.of(), true);
    }
    try (LabelFile labels = open()) {
      assertEquals(saved.objects(), withoutBoxes(labels.labels(1), saved));
      assertEquals(LabelState.LABELLED, labels.labels(1).state());
      assertEquals(LabelState.DONE, labels.labels(2).state());
      assertEquals(LabelState.UNLABELLED, labels.labels(0).state());
      assertEquals(List.of("cat", "dog"), labels.classes().names());
    }
  }

  /** A box is that of the mask, whether it was read or made. */
  private static List<DrawnObject> withoutBoxes(Labels labels, Labels like) {
    assertEquals(
        like.objects().stream().map(DrawnObject::box).toList(),
        labels.objects().stream().map(DrawnObject::box).toList());
    return labels.objects();
  }

  @Test
  void theFileIsADataSet() {
    try (LabelFile labels = open()) {
      labels.save(
          0,
          labels.labels(0).version(),
          List.of(LabelEdit.added(1, TRIANGLE), LabelEdit.added(2, box(3, 4, 5, 6))),
          true);
      labels.save(2, labels.labels(2).version(), List.of(), true);
    }
    Dataset dataset = CocoInstanceDataset.open(file, DataFolder.of(dir));
    assertEquals(2, dataset.size(), "pictures without labels are left out");
    assertEquals(2, dataset.load(0).segments().size());
    assertEquals(List.of(), dataset.disagreements(0));
    assertEquals(0, dataset.load(1).segments().size());
    assertEquals(List.of("cat", "dog"), dataset.categories().names());
  }

  @Test
  void polygonsStayPolygonsNumberByNumber() {
    try (LabelFile labels = open()) {
      labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
    }
    CocoInstances read = CocoJson.readInstances(file);
    assertEquals(TRIANGLE, read.annotations().get(0).segmentation());
    assertEquals(TRIANGLE.area(HEIGHT, WIDTH), (long) read.annotations().get(0).area());
  }

  @Test
  void aStaleEditIsRefusedAndChangesNothing() throws IOException {
    try (LabelFile labels = open()) {
      long first = labels.labels(0).version();
      labels.save(0, first, List.of(LabelEdit.added(1, TRIANGLE)), false);
      String before = Files.readString(file);
      LabelConflictException refused =
          assertThrows(LabelConflictException.class, () -> labels.save(0, first, List.of(), false));
      assertTrue(refused.getMessage().contains("open the picture again"), refused.getMessage());
      assertEquals(before, Files.readString(file));
      assertEquals(1, labels.labels(0).objects().size());
    }
  }

  @Test
  void anEditReadFromAnEarlierProcessIsStale() {
    long first;
    try (LabelFile labels = open()) {
      first =
          labels
              .save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false)
              .version();
    }
    try (LabelFile labels = open()) {
      assertTrue(labels.labels(0).version() != first);
    }
  }

  @Test
  void idsStayAndADeletedObjectComesBackAsItWas() throws IOException {
    Files.writeString(
        file,
        """
        {"info": {"year": 2024}, "licenses": [{"id": 1, "name": "CC"}],
         "images": [{"id": 7, "file_name": "a.png", "width": 40, "height": 30, "license": 1},
                    {"id": 9, "file_name": "elsewhere.png", "width": 3, "height": 3}],
         "categories": [{"id": 4, "name": "cat", "supercategory": "animal"}],
         "annotations": [
           {"id": 11, "image_id": 7, "category_id": 4, "bbox": [1, 2, 3, 4], "attributes": {"occluded": true}},
           {"id": 12, "image_id": 7, "category_id": 4, "iscrowd": 1, "segmentation": {"size": [30, 40], "counts": [5, 9, 1186]}, "area": 9.0},
           {"id": 20, "image_id": 9, "category_id": 4, "bbox": [0, 0, 1, 1], "segmentation": [[0, 0, 1, 0, 1, 1]]}]}
        """);
    try (LabelFile labels = open("cat")) {
      assertEquals(LabelState.DONE, labels.labels(0).state(), "another tool's labels are whole");
      assertEquals(1, labels.elsewhere());
      Labels read = labels.labels(0);
      Labels without =
          labels.save(0, read.version(), List.of(LabelEdit.kept(read.objects().get(1))), true);
      Labels back =
          labels.save(
              0,
              without.version(),
              List.of(
                  LabelEdit.kept(read.objects().get(0)),
                  new LabelEdit(OptionalLong.of(12), 4, Optional.of(box(1, 1, 2, 2))),
                  LabelEdit.added(4, TRIANGLE)),
              true);
      assertEquals(List.of(11L, 12L, 21L), back.objects().stream().map(DrawnObject::id).toList());
      assertTrue(back.objects().get(1).crowd());
    }
    String text = Files.readString(file);
    for (String kept :
        List.of(
            "\"info\": {\"year\":2024}",
            "\"license\":1",
            "{\"id\":11,\"image_id\":7,\"category_id\":4,\"bbox\":[1,2,3,4],\"attributes\":{\"occluded\":true}}",
            "\"supercategory\":\"animal\"",
            "elsewhere.png",
            "{\"id\":20,\"image_id\":9",
            "\"done\":true")) {
      assertTrue(text.contains(kept), kept + " in " + text);
    }
    CocoJson.readInstances(file); // whole
  }

  @Test
  void wrongEditsAreRefusedBeforeAnythingIsWritten() {
    try (LabelFile labels = open()) {
      refused(labels, "[30, 40]", LabelEdit.added(1, Segmentation.ofString(3, 3, "9")));
      refused(labels, "at least a pixel", LabelEdit.added(1, Segmentation.ofString(30, 40, "`U1")));
      refused(labels, "one of [1, 2], got 3", LabelEdit.added(3, TRIANGLE));
      refused(
          labels,
          "at least 3 points",
          LabelEdit.added(1, Segmentation.ofPolygons(List.of(new double[] {1, 1, 2, 2}))));
      refused(
          labels,
          "coordinates within",
          LabelEdit.added(
              1, Segmentation.ofPolygons(List.of(new double[] {1, 1, Double.NaN, 2, 3, 3}))));
      refused(labels, "found none", new LabelEdit(OptionalLong.empty(), 1, Optional.empty()));
      refused(labels, "id 99", new LabelEdit(OptionalLong.of(99), 1, Optional.of(TRIANGLE)));
      assertFalse(Files.exists(file));
    }
  }

  private static void refused(LabelFile labels, String why, LabelEdit edit) {
    long version = labels.labels(0).version();
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class, () -> labels.save(0, version, List.of(edit), false));
    assertTrue(error.getMessage().contains(why), error.getMessage());
    assertTrue(error.getMessage().startsWith("object 1 of a.png: "), error.getMessage());
  }

  @Test
  void anObjectTwiceIsRefused() {
    try (LabelFile labels = open()) {
      Labels one =
          labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
      LabelEdit kept = LabelEdit.kept(one.objects().get(0));
      assertThrows(
          IllegalArgumentException.class,
          () -> labels.save(0, one.version(), List.of(kept, kept), false));
    }
  }

  @Test
  void aSecondProcessOrOpeningRefuses() {
    try (LabelFile labels = open()) {
      LabelConflictException refused = assertThrows(LabelConflictException.class, this::open);
      assertTrue(
          refused.getMessage().contains("process " + ProcessHandle.current().pid()),
          refused.getMessage());
      assertEquals(3, labels.size());
    }
    open().close();
  }

  @Test
  void whatAnotherProgramWroteIsNotOverwritten() throws IOException {
    try (LabelFile labels = open()) {
      Labels one =
          labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
      Files.writeString(file, "{\"of\": \"somebody else\"}");
      LabelConflictException refused =
          assertThrows(
              LabelConflictException.class, () -> labels.save(0, one.version(), List.of(), false));
      assertTrue(refused.getMessage().contains("another program"), refused.getMessage());
      assertEquals("{\"of\": \"somebody else\"}", Files.readString(file));
    }
  }

  @Test
  void whatCannotBeWrittenChangesNothing() throws IOException {
    Path inner = dir.resolve("labels/annotations.json");
    file = inner;
    try (LabelFile labels = open()) {
      Labels one =
          labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
      Files.move(inner.getParent(), dir.resolve("away"));
      Files.writeString(inner.getParent(), "a file in place of the folder");
      assertThrows(OutputException.class, () -> labels.save(0, one.version(), List.of(), false));
      assertThrows(OutputException.class, () -> labels.addClass("mouse"));
      assertEquals(one, labels.labels(0), "the edit can be tried again");
      Files.delete(inner.getParent());
      labels.save(0, one.version(), List.of(LabelEdit.added(2, TRIANGLE)), false);
    }
    assertEquals(1, CocoJson.readInstances(inner).annotations().size());
  }

  @Test
  void classesAreAddedAndRenamed() {
    try (LabelFile labels = open("cat")) {
      assertEquals(2, labels.addClass("dog"));
      assertEquals(2, CocoJson.readInstances(file).categories().size());
      assertThrows(IllegalArgumentException.class, () -> labels.addClass("dog"));
      assertThrows(IllegalArgumentException.class, () -> labels.addClass(" "));
      labels.renameClass(2, "wolf");
      assertThrows(IllegalArgumentException.class, () -> labels.renameClass(3, "x"));
      labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(2, TRIANGLE)), false);
      labels.renameClass(2, "fox \"é\"");
    }
    try (LabelFile labels = open("cat")) {
      assertEquals(List.of("cat", "fox \"é\""), labels.classes().names());
    }
  }

  @Test
  void aFileOfOtherPicturesOrOfSomethingElseIsRefused() throws IOException {
    Files.writeString(
        file,
        "{\"images\": [{\"id\": 1, \"file_name\": \"x/y.png\"}], \"categories\": [],"
            + " \"annotations\": []}");
    assertTrue(
        assertThrows(DatasetException.class, this::open).getMessage().contains("\"x/y.png\""));
    Files.writeString(file, "{\"images\": [");
    assertThrows(DatasetException.class, this::open);
    assertEquals("{\"images\": [", Files.readString(file));
  }

  @Test
  void aPictureOfAnotherSizeThanItsLabelsIsRefused() throws IOException {
    try (LabelFile labels = open()) {
      labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
    }
    picture(dir.resolve("a.png"), 41, 30);
    try (LabelFile labels = open()) {
      assertThrows(DatasetException.class, () -> labels.pictureSize(0));
      assertThrows(
          DatasetException.class,
          () -> labels.save(0, labels.labels(0).version(), List.of(), false));
    }
  }

  @Test
  void aPictureOfOnePixelCanBeLabelled() throws IOException {
    picture(dir.resolve("a.png"), 1, 1);
    try (LabelFile labels = open()) {
      labels.save(
          0,
          labels.labels(0).version(),
          List.of(LabelEdit.added(1, Segmentation.ofString(1, 1, "01"))),
          true);
    }
    assertEquals(1, CocoInstanceDataset.open(file, DataFolder.of(dir)).load(0).segments().size());
  }

  @Test
  void aCopyHasTheChosenPicturesAlone() {
    Path copy = dir.resolve("some/labels.json");
    try (LabelFile labels = open()) {
      labels.save(0, labels.labels(0).version(), List.of(LabelEdit.added(1, TRIANGLE)), false);
      labels.save(1, labels.labels(1).version(), List.of(LabelEdit.added(1, TRIANGLE)), true);
      assertEquals(1, labels.copy(copy, i -> labels.labels(i).done()));
    }
    assertEquals("b/c.png", CocoJson.readInstances(copy).images().get(0).fileName());
  }

  /** Saves without end and says each version that is on the disk. */
  static final class Saver {
    private Saver() {}

    public static void main(String[] args) {
      Path dir = Path.of(args[0]);
      try (LabelFile labels =
          LabelFile.open(
              dir.resolve("annotations.json"),
              DataFolder.of(dir),
              List.of("a.png"),
              List.of("cat"))) {
        for (int n = 1; ; n++) {
          LabelEdit[] edits = new LabelEdit[n % 300 + 1];
          java.util.Arrays.setAll(edits, i -> LabelEdit.added(1, TRIANGLE));
          labels.save(0, labels.labels(0).version(), List.of(edits), true);
          System.out.println(edits.length);
          System.out.flush();
        }
      }
    }
  }

  @Test
  void aKilledProcessLeavesTheLabelsOfItsLastSaveOrOfTheOneInWork() throws Exception {
    for (int round = 0; round < 3; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Saver.class.getName(),
                  dir.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      int last = 0;
      try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
        for (int i = 0; i < 20 + round * 7; i++) {
          last = Integer.parseInt(said.readLine());
        }
        process.toHandle().destroyForcibly(); // SIGKILL, the output stays readable
        process.waitFor();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          last = Integer.parseInt(line);
        }
      }
      int found = CocoJson.readInstances(file).annotations().size();
      assertTrue(found == last || found == last + 1, found + " after " + last);
      open().close(); // the lock of a killed process is free
    }
  }
}

package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;

class LayoutDetectorTest {
  @TempDir private Path root;

  private void file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
  }

  private DatasetSettings detected() {
    return detected("");
  }

  private DatasetSettings detected(String split) {
    return detected(split, 0);
  }

  private DatasetSettings detected(String split, double holdOut) {
    return LayoutDetector.detect(DatasetSettings.of("auto", root, split).withHoldOut(holdOut))
        .settings();
  }

  @ParameterizedTest
  @CsvSource({
    "annotations/instances_default.json, images/a.jpg, images",
    "annotations.json, images/a.jpg, images",
    "_annotations.coco.json, a.jpg, .",
  })
  void aCocoFileOfALabellingToolIsRecognised(String annotations, String photo, String folder)
      throws IOException {
    file(annotations);
    file(photo);
    assertEquals("coco-instance", detected().type());
    assertEquals(annotations, detected().annotations());
    assertEquals(folder, detected().images());
  }

  @Test
  void aFolderOfMasksIsNotTakenForAnExport() throws IOException {
    file("images/a.jpg");
    file("annotations/a.png");
    assertEquals("folder-semantic", detected().type());
  }

  @Test
  void anExportWithAFileForEachSplitOpensTheFileOfTheSplit() throws IOException {
    file("images/a.jpg");
    file("annotations/instances_train.json");
    file("annotations/instances_val.json");
    assertEquals("annotations/instances_train.json", detected("train").annotations());
    assertEquals("annotations/instances_val.json", detected("val").annotations());
    assertEquals("images", detected("val").images());
  }

  @Test
  void severalFilesOfWhichNoneIsOfTheSplitAreRefused() throws IOException {
    file("images/a.jpg");
    file("annotations/instances_train.json");
    file("annotations/instances_val.json");
    DatasetException e = assertThrows(DatasetException.class, () -> detected("test"));
    assertTrue(e.getMessage().contains("[train, val]"), e.getMessage());
    assertTrue(e.getMessage().contains("data.train.annotations"), e.getMessage());
  }

  @Test
  void severalFilesOfTheSameImagesAreRefused() throws IOException {
    file("images/a.jpg");
    file("annotations.json");
    file("instances.json");
    DatasetException e = assertThrows(DatasetException.class, this::detected);
    assertTrue(e.getMessage().contains("[annotations.json, instances.json]"), e.getMessage());
  }

  @Test
  void whatIsNotAskedForByNameIsThePartToTrainOn() throws IOException {
    file("valid/_annotations.coco.json");
    file("train/_annotations.coco.json");
    assertEquals("train/_annotations.coco.json", detected().annotations());
  }

  /** Split, hold-out: annotation file, split and hold-out of what is opened. */
  @ParameterizedTest
  @CsvSource({
    "train, 0.1, train/_annotations.coco.json, train, 0",
    "val, 0.1, valid/_annotations.coco.json, valid, 0",
    "val, 0, valid/_annotations.coco.json, valid, 0",
    "test, 0, test/_annotations.coco.json, test, 0",
  })
  void anExportWithPartsOfItsOwnNeedsNoHoldOut(
      String split, double holdOut, String annotations, String part, double left)
      throws IOException {
    for (String folder : List.of("train", "valid", "test")) {
      file(folder + "/_annotations.coco.json");
    }
    DatasetSettings found = detected(split, holdOut);
    assertEquals(annotations, found.annotations());
    assertEquals(part, found.images());
    assertEquals(part, found.split());
    assertEquals(left, found.holdOut());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "annotations/instances_default.json",
        "annotations/instances_train.json",
        "result.json",
        "labels.json"
      })
  void anExportInOnePieceIsDividedByTheHoldOut(String annotations) throws IOException {
    file(annotations);
    file("images/a.jpg");
    for (String split : List.of("train", "val")) {
      DatasetSettings found = detected(split, 0.1);
      assertEquals(annotations, found.annotations());
      assertEquals(split, found.split());
      assertEquals(0.1, found.holdOut());
    }
  }

  @Test
  void foldersOfMasksHaveTheirOwnPartsOrAreDividedByTheHoldOut() throws IOException {
    file("images/train/a.jpg");
    file("masks/train/a.png");
    assertEquals("images/train", detected("val", 3).images());
    assertEquals("masks/train", detected("val", 3).annotations());
    assertEquals(3, detected("val", 3).holdOut());
    file("images/validation/b.jpg");
    file("masks/validation/b.png");
    assertEquals("images", detected("val", 3).images());
    assertEquals("validation", detected("val", 3).split());
    assertEquals(0, detected("val", 3).holdOut());
  }

  @Test
  void publishedLayoutsAreAskedForTheirPartsByOtherNamesToo() throws IOException {
    file("images/training/a.jpg");
    file("images/validation/a.jpg");
    file("annotations/training/a.png");
    file("objectInfo150.txt");
    assertEquals("validation", detected("val", 0.1).split());
    assertEquals(0, detected("val", 0.1).holdOut());
    assertEquals("training", detected("train", 0.1).split());
  }

  @Test
  void theFileOfAnotherSplitIsNotOpenedForThisOne() throws IOException {
    file("images/a.jpg");
    file("annotations/instances_train.json");
    assertThrows(DatasetException.class, () -> detected("val"));
  }

  @Test
  void annotationsThatWereAskedForAreKept() throws IOException {
    file("images/a.jpg");
    file("annotations/instances_default.json");
    file("train2017/a.jpg");
    file("annotations/panoptic_train2017.json");
    file("mine.json");
    DatasetSettings asked = DatasetSettings.of("auto", root, "").withPlaces("", "mine.json");
    DatasetSettings found = LayoutDetector.detect(asked).settings();
    assertEquals("mine.json", found.annotations());
    assertEquals("coco-instance", found.type());
    assertEquals("images", found.images());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coco-instance", "lvis", "ade20k-semantic", "cityscapes-instance"})
  void aSettingThatTheLayoutDoesNotReadIsRefused(String type) {
    DatasetSettings settings =
        DatasetSettings.of(type, root, "").withClasses(List.of("a"), List.of(255));
    DatasetException e = assertThrows(DatasetException.class, () -> DatasetOpener.open(settings));
    assertTrue(e.getMessage().contains("data.train.classes, data.train.ignore"), e.getMessage());
  }

  /** Folders, task, type. */
  @ParameterizedTest
  @CsvSource({
    "JPEGImages SegmentationClass SegmentationObject ImageSets/Segmentation/train.txt, semantic,"
        + " voc-semantic",
    "JPEGImages SegmentationClass SegmentationObject ImageSets/Segmentation/train.txt, instance,"
        + " voc-instance",
    "leftImg8bit/train gtFine/train, semantic, cityscapes-semantic",
    "leftImg8bit/train gtFine/train, instance, cityscapes-instance",
    "leftImg8bit/train gtFine/train, panoptic, cityscapes-panoptic",
    "images/training annotations/training annotations_instance objectInfo150.txt, instance,"
        + " ade20k-instance",
    "images/training annotations/training annotations_instance objectInfo150.txt, semantic,"
        + " ade20k-semantic",
    "images/training annotations/training objectInfo150.txt, panoptic, ade20k-semantic",
    "images/training annotations/training, semantic, folder-semantic",
    "images/training annotations/training objectInfo150.txt classes.txt, semantic, folder-semantic",
    "images annotations/panoptic_train.json annotations/instances_train.json, instance,"
        + " coco-instance",
    "images annotations/panoptic_train.json annotations/instances_train.json, semantic,"
        + " coco-panoptic",
  })
  void theTaskDecidesWhichAnnotationIsRead(String files, String task, String type)
      throws IOException {
    for (String name : files.split(" ", -1)) {
      if (name.contains(".")) {
        file(name);
      } else {
        Files.createDirectories(root.resolve(name));
      }
    }
    // A void value that is common to a user's configurations is no setting that fails.
    DatasetSettings asked =
        DatasetSettings.of("auto", root, "train").withClasses(List.of(), List.of(255));
    assertEquals(
        type, LayoutDetector.detect(asked, Optional.of(Task.ofKey(task))).settings().type());
  }

  @Test
  void filesOfNoConcernToTheLayoutAreNotRead() throws IOException {
    file("images/train/a.jpg");
    file("annotations/instances_train.json");
    Files.write(root.resolve("readme.txt"), new byte[] {(byte) 0xE9}); // Latin-1
    LayoutDetector.Found found = LayoutDetector.detect(DatasetSettings.of("auto", root, "train"));
    assertEquals("coco-instance", found.settings().type());
  }

  private void text(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content.replace('\'', '"'));
  }

  private static final String COCO =
      "{'images': [{'id': 1, 'file_name': '%s', 'width': 8, 'height': 8}], 'annotations': [],"
          + " 'categories': []}";

  /** The JSON, the photograph, the name in the JSON, the folder that is found. */
  @ParameterizedTest
  @CsvSource({
    "export.json, photographs/a.jpg, a.jpg, photographs",
    "project/my labels.json, project/pictures/a.jpg, a.jpg, project/pictures",
    "annotations/anything.json, a.jpg, a.jpg, .",
    "annotations.json, deep/er/a.jpg, er/a.jpg, deep",
    "labels/coco.json, images/a.jpg, images/a.jpg, .",
  })
  void cocosPhotographsMayLieAnywhere(String json, String photo, String name, String folder)
      throws IOException {
    text(json, COCO.formatted(name));
    file(photo);
    DatasetSettings found = detected();
    assertEquals("coco-instance", found.type());
    assertEquals(json, found.annotations());
    assertEquals(folder, found.images());
  }

  @Test
  void aFileOfAnyNameIsOfThePartThatItsPathSays() throws IOException {
    text("train/labels.coco.json", COCO.formatted("a.jpg"));
    text("export_val.json", COCO.formatted("b.jpg"));
    file("train/a.jpg");
    file("pictures/b.jpg");
    assertEquals("train/labels.coco.json", detected("train").annotations());
    assertEquals("export_val.json", detected("val").annotations());
    assertEquals("pictures", detected("val").images());
  }

  @Test
  void twoLayoutsAtOnceAreRefusedUnlessOneIsAskedFor() throws IOException {
    text("export.json", COCO.formatted("a.jpg"));
    text("labels/a.txt", "0 0 0 1 0 1 1\n");
    file("images/a.jpg");
    DatasetException e = assertThrows(DatasetException.class, this::detected);
    assertTrue(
        e.getMessage()
            .contains(
                "two layouts at once: export.json and images (COCO), and outlines in labels"
                    + " (YOLO)"),
        e.getMessage());
    DatasetSettings asked = DatasetSettings.of("auto", root, "").withPlaces("", "export.json");
    assertEquals("coco-instance", LayoutDetector.detect(asked).settings().type());
  }

  @Test
  void aFolderOfNoLayoutIsAnsweredWithAllThatThereAre() throws IOException {
    file("readme.md");
    String message = assertThrows(DatasetException.class, this::detected).getMessage();
    assertTrue(message.contains("a folder without a picture"), message);
    for (Layout layout : LayoutDetector.layouts()) {
      assertTrue(message.contains("  " + layout.name() + ": "), message);
    }
  }

  @Test
  void anUnknownTypeIsAnsweredWithTheNearest() {
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () -> DatasetOpener.open(DatasetSettings.of("labelmee", root, "")));
    assertTrue(e.getMessage().contains("did you mean labelme?"), e.getMessage());
  }
}

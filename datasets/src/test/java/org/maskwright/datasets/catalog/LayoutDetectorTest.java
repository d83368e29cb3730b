package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;

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
    return LayoutDetector.detect(DatasetSettings.of("auto", root, split)).settings();
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

  @ParameterizedTest
  @ValueSource(strings = {"", "test"})
  void severalFilesOfWhichNoneIsOfTheSplitAreRefused(String split) throws IOException {
    file("images/a.jpg");
    file("annotations/instances_train.json");
    file("annotations/instances_val.json");
    DatasetException e = assertThrows(DatasetException.class, () -> detected(split));
    assertTrue(e.getMessage().contains("instances_train.json"), e.getMessage());
    assertTrue(e.getMessage().contains("data.annotations"), e.getMessage());
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
  @ValueSource(strings = {"coco-instance", "lvis", "ade20k-semantic", "voc-semantic"})
  void aSettingThatTheLayoutDoesNotReadIsRefused(String type) {
    DatasetSettings settings =
        DatasetSettings.of(type, root, "").withClasses(List.of("a"), List.of(255));
    DatasetException e = assertThrows(DatasetException.class, () -> DatasetOpener.open(settings));
    assertTrue(e.getMessage().contains("data.classes, data.ignore"), e.getMessage());
  }
}

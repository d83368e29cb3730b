package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutDetectorTest {
  @TempDir private Path root;

  private void file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
  }

  private DatasetSettings detected() {
    return LayoutDetector.detect(DatasetSettings.of("auto", root, "")).settings();
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
}

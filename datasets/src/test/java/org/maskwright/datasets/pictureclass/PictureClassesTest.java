package org.maskwright.datasets.pictureclass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.picture.Picture;

/** Pictures with a class each. */
class PictureClassesTest {
  @TempDir Path folder;

  private void picture(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Picture.ofRgb(new byte[3 * width * height], width, height).writePng(file);
  }

  private DatasetSettings settings() {
    return DatasetSettings.of("picture-classes", folder, "");
  }

  @Test
  void aFolderIsTheClassOfThePicturesInItAndBelow() throws IOException {
    picture("owl/a.png", 5, 4);
    picture("owl/more/b.png", 3, 2);
    picture("cat/a.png", 2, 2);
    Dataset set = DatasetOpener.open(settings());
    assertEquals(List.of("cat", "owl"), set.categories().names());
    assertEquals(3, set.size());
    for (int i = 0; i < set.size(); i++) {
      String id = set.info(i).imageId().toString();
      int expected = id.startsWith("cat") ? 0 : 1;
      assertEquals(Set.of(expected), set.classes(i), id);
      Sample sample = set.load(i);
      Size size = new Size(sample.image().width(), sample.image().height());
      assertEquals(
          (long) size.width() * size.height(),
          sample.segments().get(0).mask().toRle(size).area(),
          "the class covers the picture");
      assertEquals(
          sample.segments().get(0).mask().toRle(size), set.segments(i).get(0).mask().toRle(size));
    }
  }

  @Test
  void aListSaysTheClassesAndWhatItDoesNotNameIsLeftOut() throws IOException {
    picture("photos/a.png", 2, 2);
    picture("photos/b.png", 2, 2);
    picture("photos/c.png", 2, 2);
    Files.writeString(folder.resolve("classes.csv"), "file,class\nphotos/a.png,owl\nb.png,cat\n");
    Dataset set = DatasetOpener.open(settings().withList("classes.csv"));
    assertEquals(2, set.size());
    assertEquals(List.of("cat", "owl"), set.categories().names());
    assertEquals(Set.of(1), set.classes(0));
    assertEquals(Set.of(0), set.classes(1));
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    picture("a.png", 2, 2);
    assertSays("expected a folder for each class", settings());
    Files.writeString(folder.resolve("l.csv"), "a.png,owl\na.png,cat\nz.png,cat\n");
    assertSays("expected one class, got \"owl\" and \"cat\"", settings().withList("l.csv"));
    assertSays("\"z.png\": no picture", settings().withList("l.csv"));
    Files.writeString(folder.resolve("m.csv"), "a.png,owl\n");
    assertSays(
        "expected the classes [dog], got \"owl\"",
        settings().withList("m.csv").withClasses(List.of("dog"), List.of()));
  }

  private static void assertSays(String expected, DatasetSettings settings) {
    String message =
        assertThrows(DatasetException.class, () -> DatasetOpener.open(settings)).getMessage();
    assertTrue(message.contains(expected), message);
  }
}

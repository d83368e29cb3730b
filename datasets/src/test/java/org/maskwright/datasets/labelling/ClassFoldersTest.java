package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;

/** FSS-1000's folders: a class each, photographs and masks of the same names. */
class ClassFoldersTest {
  @TempDir private Path root;

  @BeforeEach
  void write() throws IOException {
    ToolFolder folder = new ToolFolder(root);
    for (String name : List.of("abacus", "zebra", "apple")) {
      for (int i = 1; i <= 2; i++) {
        folder.photo(name + "/" + i + ".jpg", 6, 4);
        BufferedImage mask = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
        mask.setRGB(i, 1, 0xffffff);
        mask.setRGB(i, 2, 0xffffff);
        ImageIO.write(mask, "png", root.resolve(name + "/" + i + ".png").toFile());
      }
    }
    folder.text("test.txt", "zebra\nabacus\n").text("wrong.txt", "zebra\napples\n");
  }

  private Dataset open(String list) {
    return DatasetOpener.open(
        DatasetSettings.of("class-folders", root, "").withList(list), Task.SEMANTIC);
  }

  @Test
  void theFolderIsTheClassAndTheFileBesideThePhotographTheMask() {
    Dataset dataset = open("");
    assertEquals(List.of("background", "abacus", "apple", "zebra"), dataset.categories().names());
    assertEquals(6, dataset.size());
    assertEquals(
        List.of("background 0 0 6 4 area 22", "apple 2 1 1 2 area 2"),
        ToolFolder.objects(dataset, 3));
  }

  @Test
  void aListNamesTheClassesWhosePhotographsAreTakenAndNotTheNumbersOfClasses() {
    Dataset dataset = open("test.txt");
    assertEquals(4, dataset.size());
    assertEquals(4, dataset.categories().size());
    assertEquals(Set.of(0, 1), dataset.classes(0));
    assertEquals(Set.of(0, 3), dataset.classes(3));
  }

  @Test
  void itIsFoundOutAndAClassWithoutAFolderIsRefused() {
    assertEquals("class-folders", new ToolFolder(root).type());
    String message = assertThrows(DatasetException.class, () -> open("wrong.txt")).getMessage();
    assertTrue(message.contains("apples"), message);
  }
}

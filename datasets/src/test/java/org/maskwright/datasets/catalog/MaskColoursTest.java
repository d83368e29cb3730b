package org.maskwright.datasets.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.catalog.MaskColours.Count;
import org.maskwright.files.OutputException;

class MaskColoursTest {
  @TempDir private Path root;

  private void picture(String name, int... colours) throws IOException {
    BufferedImage image = new BufferedImage(colours.length, 2, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < colours.length; x++) {
      image.setRGB(x, 0, colours[x]);
      image.setRGB(x, 1, colours[x]);
    }
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void coloursAreCountedByPixelsAndImages() throws IOException {
    picture("masks/a.png", 0, 0, 0xFF0000, 0xFF0000);
    picture("masks/b/c.png", 0, 0x0000FF);
    MaskColours colours = MaskColours.of(root, "");
    assertEquals(2, colours.images());
    assertEquals(
        List.of(
            new Count(0, 6, 2, Optional.empty()),
            new Count(0xFF0000, 4, 1, Optional.empty()),
            new Count(0x0000FF, 2, 1, Optional.empty())),
        colours.colours());
    assertEquals(0.5, colours.share(colours.colours().get(0)));
  }

  @Test
  void theFileThatIsWrittenIsRead() throws IOException {
    picture("images/a.png", 1, 2, 3);
    picture("masks/a.png", 0, 0xFF0000, 0x0000FF);
    DatasetSettings settings = DatasetSettings.of("auto", root, "");
    assertThrows(DatasetException.class, () -> DatasetOpener.open(settings).load(0));
    MaskColours.of(root, "").write(root.resolve(MaskColours.FILE));
    Dataset dataset = DatasetOpener.open(settings);
    assertEquals(List.of("background", "class 1", "class 2"), dataset.categories().names());
    assertEquals(3, dataset.load(0).segments().size());
  }

  @Test
  void namesThatThereAreStay() throws IOException {
    picture("masks/a.png", 0, 0xFF0000, 0x0000FF);
    Files.writeString(root.resolve("labelmap.txt"), "tree:255,0,0::\n");
    assertTrue(MaskColours.of(root, "").text().contains("255 0 0\ttree"));
  }

  @Test
  void aFileThatIsThereIsNotOverwritten() throws IOException {
    picture("masks/a.png", 0);
    Path file = root.resolve("mine.txt");
    Files.writeString(file, "mine");
    assertThrows(OutputException.class, () -> MaskColours.of(root, "").write(file));
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aPhotographIsNoMask() throws IOException {
    Random random = new Random(1);
    picture("masks/a.png", random.ints(9000, 0, 1 << 24).toArray());
    DatasetException e = assertThrows(DatasetException.class, () -> MaskColours.of(root, ""));
    assertTrue(e.getMessage().contains("more than 4096 colours"), e.getMessage());
  }

  @Test
  void withoutMasksTheUsualFoldersAreNamed() {
    DatasetException e = assertThrows(DatasetException.class, () -> MaskColours.of(root, ""));
    assertTrue(
        e.getMessage().contains("expected a folder of masks, one of [masks"), e.getMessage());
  }
}

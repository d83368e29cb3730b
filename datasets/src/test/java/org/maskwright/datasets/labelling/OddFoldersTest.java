package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;

/** Folders that are no data set yet: a user hears what theirs is nearest to, and what to change. */
class OddFoldersTest {
  @TempDir private Path root;
  private ToolFolder folder;

  @BeforeEach
  void folder() {
    folder = new ToolFolder(root);
  }

  /** A picture in grey: 0, 1, ... so many values. */
  private void grey(String name, int values) throws IOException {
    BufferedImage image = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < values; i++) {
      image.getRaster().setSample(i % 6, i / 6, 0, i);
    }
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }

  private void mask(String name) throws IOException {
    grey(name, 2);
  }

  private void assertRefusedWith(String... words) {
    String message = assertThrows(DatasetException.class, () -> folder.open("")).getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), () -> word + " is not in: " + message);
    }
  }

  @Test
  void foldersOfOtherNamesWithPicturesOfTheSameNamesAreToBeRenamedOrNamed() throws IOException {
    folder.photo("pics/a.jpg", 6, 4).photo("pics/b.jpg", 6, 4);
    mask("segmentation/a.png");
    mask("segmentation/b.png");
    assertRefusedWith(
        "photographs in pics and masks of their names in segmentation",
        "data.train.images = pics and data.train.annotations = segmentation");
  }

  @Test
  void masksAreThePicturesOfFewerValuesWhicheverFolderComesFirst() throws IOException {
    grey("raw/one.png", 24);
    mask("gt/one.png");
    assertRefusedWith("photographs in raw and masks of their names in gt");
  }

  @Test
  void masksOfAKindThatIsNotReadAreSeenAsMasks() throws IOException {
    folder.photo("train/a.jpg", 6, 4);
    mask("train_masks/a_mask.gif");
    assertRefusedWith("photographs in train and masks of their names in train_masks");
  }

  @Test
  void aFolderAroundTheDataIsNotTheData() throws IOException {
    folder.photo("dataset/images/a.jpg", 6, 4).photo("dataset/images/b.jpg", 6, 4);
    mask("dataset/masks/a.png");
    mask("dataset/masks/b.png");
    Files.createDirectories(root.resolve("__MACOSX"));
    assertRefusedWith(
        "a folder around the data: dataset holds folder-semantic", "give that folder");
  }

  @Test
  void anArchiveIsToBeUnpacked() throws IOException {
    folder.text("cells.tar.gz", "");
    assertRefusedWith("an archive (cells.tar.gz); unpack it");
  }

  @Test
  void picturesInFoldersOfClassesHaveNoOutlines() throws IOException {
    folder.photo("cats/a.jpg", 6, 4).photo("dogs/b.jpg", 6, 4);
    assertRefusedWith("folders of pictures (cats, dogs) without masks");
  }

  @Test
  void arraysAreToBeSavedAsPictures() throws IOException {
    folder.photo("images/a.jpg", 6, 4).text("masks/a.npy", "x");
    assertRefusedWith("only a.npy: arrays are not read", "no photograph has a label image");
  }
}

package org.maskwright.datasets.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.CheckReport;
import org.maskwright.datasets.catalog.DataCheck;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** Photographs of 37 x 24 pixels with label images, paired by name or by list. */
class FolderDatasetTest {
  private static final int WIDTH = 37;
  private static final int HEIGHT = 24;

  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return file;
  }

  private void photo(String name) throws IOException {
    String resource = "/org/maskwright/datasets/image/rgb" + name.substring(name.lastIndexOf('.'));
    try (InputStream stream = FolderDatasetTest.class.getResourceAsStream(resource)) {
      Files.copy(stream, file(name));
    }
  }

  private void label(String name, int width, int height, int value) throws IOException {
    int[] labels = new int[width * height];
    labels[5] = value;
    LabelPng.writeGrey8(file(name), new LabelMap(height, width, labels));
  }

  private LabelledDataset open(DatasetSettings settings) {
    FolderDataset.Layout layout =
        new FolderDataset.Layout("images", "masks", settings.list(), "", settings.split());
    return FolderDataset.semantic(
        DataFolder.of(folder),
        layout,
        settings.classes(),
        List.of(),
        problem -> {
          throw problem;
        });
  }

  private DatasetSettings settings(String list) {
    return DatasetSettings.of("folder-semantic", folder, "")
        .withList(list)
        .withClasses(List.of("a", "b"), List.of());
  }

  @Test
  void imagesOfOneNameInTwoFoldersAreTwoImages() throws IOException {
    Files.writeString(
        folder.resolve("list.txt"),
        "a/01.png la/01.png\n/elsewhere/b/01.png /elsewhere/lb/01.png\n");
    LabelledDataset dataset = open(settings("list.txt"));
    assertEquals(ImageId.of("a/01"), dataset.info(0).imageId());
    assertEquals(ImageId.of("b/01"), dataset.info(1).imageId());
  }

  @Test
  void twoImagesOfOneIdAreRefused() throws IOException {
    Files.writeString(folder.resolve("list.txt"), "a/01.png x.png\na/01.jpg y.png\n");
    photo("images/x.jpg");
    photo("images/x.png");
    label("masks/x.png", WIDTH, HEIGHT, 1);
    for (String list : List.of("list.txt", "")) {
      DatasetException e = assertThrows(DatasetException.class, () -> open(settings(list)));
      assertTrue(e.getMessage().contains(".png") && e.getMessage().contains(".jpg"), e.toString());
    }
  }

  @Test
  void aSplitThatIsNotThereIsRefused() throws IOException {
    photo("images/train/x.jpg");
    label("masks/train/x.png", WIDTH, HEIGHT, 1);
    assertEquals(1, open(DatasetSettings.of("folder-semantic", folder, "train")).size());
    assertThrows(
        DatasetException.class, () -> open(DatasetSettings.of("folder-semantic", folder, "val")));
  }

  @Test
  void theCheckNamesTheFileOfABadLabel() throws IOException {
    photo("images/x.jpg");
    label("masks/x.png", WIDTH, HEIGHT, 7);
    List<CheckReport.Finding> problems = DataCheck.run(settings("")).findings();
    assertEquals(
        folder.resolve("masks/x.png")
            + ": image x: label 7 at pixel (5, 0) is none of the 2 classes (ids 0..1) and not in"
            + " data.train.ignore []; add it there (--ignore) if it is void, name it (classes.txt) if it is a class",
        problems.get(0).message());
  }

  @Test
  void aLabelOfAnotherSizeIsNamedWithWhatItDiffersFrom() throws IOException {
    photo("p.jpg");
    label("one.png", WIDTH, HEIGHT, 0);
    label("two.png", WIDTH, HEIGHT + 1, 0);
    for (List<String> labels : List.of(List.of("two.png"), List.of("one.png", "two.png"))) {
      DataFolder here = DataFolder.of(folder);
      LabelledDataset dataset =
          new LabelledDataset(
              "two maps",
              Set.of(Task.SEMANTIC),
              Categories.things("a"),
              here,
              here,
              List.of(new LabelledDataset.Item(ImageId.of("p"), "p.jpg", labels)),
              LabelledDataset.Pixels.INDICES,
              maps -> List.of(),
              List.of());
      String message = assertThrows(DatasetException.class, () -> dataset.load(0)).getMessage();
      String as = labels.size() == 1 ? "the photograph" : "one.png";
      assertEquals(
          folder.resolve("two.png")
              + ": image p: labels: expected 37 x 24 as "
              + as
              + ", got 37 x 25",
          message);
    }
  }

  @Test
  void distinctLabelsRiseWhateverTheirNumberAndSize() {
    int side = 1000;
    int pixels = side * side;
    int[] labels = IntStream.range(0, pixels).map(i -> (int) (i * 7919L % pixels)).toArray();
    labels[0] = -4;
    int[] expected = IntStream.concat(IntStream.of(-4), IntStream.range(1, pixels)).toArray();
    assertArrayEquals(expected, LabelReadings.distinct(new LabelMap(side, side, labels)));
  }
}

package org.maskwright.datasets.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.catalog.LayoutDetector;

final class VocabularyLayoutTest {
  @TempDir private Path root;

  private void image(String name, int type, int... values) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(values.length, 1, type);
    for (int x = 0; x < values.length; x++) {
      if (type == BufferedImage.TYPE_INT_RGB) {
        image.setRGB(x, 0, values[x]);
      } else {
        image.getRaster().setSample(x, 0, 0, values[x]);
      }
    }
    String ending = name.substring(name.lastIndexOf('.') + 1);
    assertTrue(ImageIO.write(image, ending.equals("tif") ? "tiff" : ending, file.toFile()), name);
  }

  private Dataset opened(String type, String split) {
    return DatasetOpener.open(DatasetSettings.of(type, root, split), Task.SEMANTIC);
  }

  @ParameterizedTest
  @CsvSource({
    "ade20k-847,         images_detectron2/training, annotations_detectron2/training, tif, 847, 65535, training",
    "ade20k-150,         images/training,            annotations_detectron2/training, png, 150, 255,   training",
    "pascal-context-59,  images/training,            annotations_ctx59/training,      png, 59,  255,   training",
    "pascal-context-459, images/training,            annotations_ctx459/training,     tif, 459, 65535, training",
    "pascal-context-59,  JPEGImages,                 annotations_detectron2/pc59_train,  png, 59,  255, train",
    "pascal-context-459, JPEGImages,                 annotations_detectron2/pc459_train, tif, 459, 459, train",
  })
  void eachIsFoundAndReadAsItIsPrepared(
      String type, String photos, String labels, String ending, int classes, int none, String part)
      throws IOException {
    int pixels =
        ending.equals("tif") ? BufferedImage.TYPE_USHORT_GRAY : BufferedImage.TYPE_BYTE_GRAY;
    image(photos + "/a.jpg", BufferedImage.TYPE_INT_RGB, 1, 2, 3);
    image(photos + "/of-another-part.jpg", BufferedImage.TYPE_INT_RGB, 1, 2, 3);
    image(labels + "/a." + ending, pixels, 0, classes - 1, none);
    assertEquals(
        type, LayoutDetector.detect(DatasetSettings.of("auto", root, "")).settings().type());
    Dataset dataset = opened(type, part);
    assertEquals(1, dataset.size());
    assertEquals(classes, dataset.categories().size());
    assertEquals(
        List.of(0, classes - 1), dataset.segments(0).stream().map(Segment::category).toList());
    assertTrue(dataset.notes().get(0).contains("class 0"), dataset.notes().toString());
    Files.writeString(
        root.resolve("classes.txt"),
        IntStream.range(0, classes)
            .mapToObj(k -> k + ":name " + k + ",synonym " + k)
            .collect(Collectors.joining("\n")));
    Dataset named = opened(type, part);
    assertEquals("name 3", named.categories().names().get(3));
    assertEquals(List.of(), named.notes());
    Files.writeString(root.resolve("classes.txt"), "one\ntwo\n");
    assertThrows(DatasetException.class, () -> opened(type, part));
    DatasetException e = assertThrows(DatasetException.class, () -> opened(type, "nowhere"));
    assertTrue(e.getMessage().contains("its parts are"), e.getMessage());
  }

  @Test
  void aLabelImageWithoutItsPhotographIsNamed() throws IOException {
    image("images/validation/a.jpg", BufferedImage.TYPE_INT_RGB, 1);
    image("annotations_ctx59/validation/b.png", BufferedImage.TYPE_BYTE_GRAY, 1);
    DatasetException e =
        assertThrows(DatasetException.class, () -> opened("pascal-context-59", "validation"));
    assertTrue(e.getMessage().contains("b.png"), e.getMessage());
  }
}

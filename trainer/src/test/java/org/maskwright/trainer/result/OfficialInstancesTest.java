package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.metrics.GroundTruth;

class OfficialInstancesTest {
  private static final String JSON =
      """
      {"images": [{"id": 1, "file_name": "1.jpg", "height": 4, "width": 6},
                  {"id": 2, "file_name": "2.jpg", "height": 4, "width": 6}],
       "categories": [{"id": 7, "name": "cat"}],
       "annotations": [
         {"id": 11, "image_id": 1, "category_id": 7, "iscrowd": 0, "area": 3.5, "bbox": [1, 0, 2.5, 2],
          "segmentation": [[1, 0, 3, 0, 3, 2, 1, 2]]},
         {"id": 12, "image_id": 1, "category_id": 7, "iscrowd": 1,
          "segmentation": {"size": [4, 6], "counts": [8, 4, 12]}}]}
      """;

  @TempDir private Path folder;

  private OfficialInstances read(Category... classes) throws IOException {
    Path file = Files.writeString(folder.resolve("instances.json"), JSON);
    return OfficialInstances.read(file, Categories.of(List.of(classes)));
  }

  @Test
  void areasAndBoxesAreTheFilesAndThoseOfTheMaskWhereItHasNone() throws IOException {
    List<GroundTruth> objects = read(Category.of(7, "cat", true)).of(ImageId.of(1), 4, 6);
    assertEquals(2, objects.size());
    GroundTruth stated = objects.get(0);
    assertEquals(3.5, stated.area());
    assertEquals(new Box(1, 0, 2.5, 2), stated.box());
    assertTrue(!stated.crowd() && objects.get(1).crowd());
    assertEquals(4, objects.get(1).area()); // the third column
    assertEquals(new Box(2, 0, 1, 4), objects.get(1).box());
  }

  @Test
  void anImageWithoutObjectsHasNoneAndOneThatTheFileLacksIsRefused() throws IOException {
    OfficialInstances instances = read(Category.of(7, "cat", true));
    assertEquals(List.of(), instances.of(ImageId.of(2), 4, 6));
    String message =
        assertThrows(DatasetException.class, () -> instances.of(ImageId.of(3), 4, 6)).getMessage();
    assertTrue(message.contains("instances.json") && message.contains("image 3"), message);
  }

  @Test
  void aFileThatLacksAThingOfTheDataSetIsRefusedAndStuffIsNotAskedFor() throws IOException {
    Category cat = Category.of(7, "cat", true);
    read(cat, Category.of(8, "sky", false));
    String message =
        assertThrows(DatasetException.class, () -> read(cat, Category.of(8, "dog", true)))
            .getMessage();
    assertTrue(message.contains("category 8 (dog)"), message);
  }
}

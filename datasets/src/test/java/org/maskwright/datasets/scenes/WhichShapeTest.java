package org.maskwright.datasets.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelPng;

class WhichShapeTest {
  @TempDir private Path folder;

  @Test
  void everyPictureShowsEachShapeAndTheSameSettingsGiveTheSameBytes() throws Exception {
    ShapePicturesConfig config = new ShapePicturesConfig(4, 12, 3, 48);
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    assertTrue(WhichShape.write(first, config));
    assertFalse(WhichShape.write(first, config));
    assertTrue(WhichShape.write(second, config));
    for (String split : List.of("train", "val")) {
      try (var masks = Files.list(first.resolve("masks").resolve(split))) {
        List<Path> all = masks.toList();
        assertEquals(split.equals("train") ? 12 : 3, all.size());
        for (Path mask : all) {
          int[] labels = LabelPng.read(mask).labels();
          assertArrayEquals(
              new int[] {0, 1, 2, 255}, Arrays.stream(labels).distinct().sorted().toArray());
          for (int shape = 0; shape < 3; shape++) {
            int label = shape;
            long area = Arrays.stream(labels).filter(l -> l == label).count();
            assertTrue(area > 48 * 48 / 40, mask + ": " + area);
          }
          for (Path file :
              List.of(mask, first.resolve("images").resolve(split).resolve(mask.getFileName()))) {
            assertArrayEquals(
                Files.readAllBytes(file),
                Files.readAllBytes(second.resolve(first.relativize(file))));
          }
        }
      }
    }
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ShapePicturesConfig(1, 0, 1, 64));
    assertThrows(IllegalArgumentException.class, () -> new ShapePicturesConfig(1, 1, 1, 31));
  }
}

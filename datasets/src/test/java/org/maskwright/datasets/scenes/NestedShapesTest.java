package org.maskwright.datasets.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.Rle;

class NestedShapesTest {
  private static final ShapePicturesConfig CONFIG = new ShapePicturesConfig(4, 12, 3, 64);
  @TempDir private Path folder;

  @Test
  void aPartLiesWithinItsWholeAndIsNotMostOfIt() throws Exception {
    Path dir = folder.resolve("nested");
    assertTrue(NestedShapes.write(dir, CONFIG));
    CocoInstances file = CocoJson.readInstances(dir.resolve("annotations/instances_train.json"));
    Map<ImageId, List<CocoAnnotation>> images = new LinkedHashMap<>();
    file.annotations()
        .forEach(a -> images.computeIfAbsent(a.imageId(), id -> new ArrayList<>()).add(a));
    assertEquals(12, images.size());
    for (List<CocoAnnotation> drawn : images.values()) {
      assertEquals(0, drawn.size() % 3);
      for (int i = 0; i < drawn.size(); i++) {
        assertEquals(i % 3, drawn.get(i).categoryId());
        if (i % 3 > 0) {
          Rle whole = mask(drawn.get(i - 1));
          Rle part = mask(drawn.get(i));
          assertEquals(part, Rle.intersection(List.of(whole, part)));
          assertTrue(part.area() < 0.75 * whole.area() && part.area() > 0.1 * whole.area());
        }
      }
    }
  }

  private static Rle mask(CocoAnnotation annotation) {
    return annotation.mask(64, 64);
  }

  @Test
  void theSameSettingsGiveTheSameBytes() throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    assertTrue(NestedShapes.write(first, CONFIG));
    assertFalse(NestedShapes.write(first, CONFIG));
    assertTrue(NestedShapes.write(second, CONFIG));
    for (String file : List.of("images/val/100003.png", "annotations/instances_val.json")) {
      assertArrayEquals(
          Files.readAllBytes(first.resolve(file)), Files.readAllBytes(second.resolve(file)));
    }
  }
}

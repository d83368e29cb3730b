package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;

/** labelme's clicks, scribbles and rectangles. */
class LabelmeWeakTest {
  @TempDir private Path folder;

  private static String shape(String label, String type, String group, String flags, String xy) {
    return "{\"label\": \"%s\", \"shape_type\": \"%s\", \"group_id\": %s, \"flags\": {%s}, \"points\": %s}"
        .formatted(label, type, group, flags, xy);
  }

  private Dataset open(String... shapes) throws IOException {
    new ToolFolder(folder).photo("a.png", 60, 40);
    Files.writeString(
        folder.resolve("a.json"),
        "{\"imagePath\": \"a.png\", \"imageWidth\": 60, \"imageHeight\": 40, \"shapes\": [%s]}"
            .formatted(String.join(",", shapes)));
    return DatasetOpener.open(DatasetSettings.of("labelme-weak", folder, ""));
  }

  private static WeakLabel label(Segment segment) {
    return ((SegmentMask.Weak) segment.mask()).label();
  }

  @Test
  void linesArePlacesAlongThem() {
    PointLabels along = Strokes.along(new double[] {10, 10, 30, 10, 30, 20}, true);
    assertEquals(9, along.count()); // 30 px in steps of at most 4, and the first end
    assertEquals(10, along.x(0));
    assertEquals(30, along.x(8));
    assertEquals(20, along.y(8));
    for (int p = 0; p < along.count(); p++) {
      assertTrue(along.y(p) == 10 || along.x(p) == 30, "on the line");
      assertTrue(along.inside(p));
    }
  }

  @Test
  void scribblesOfOneObjectAreOutsideTheOthers() throws IOException {
    Dataset dataset =
        open(
            shape("cat", "linestrip", "null", "", "[[5, 5], [13, 5]]"),
            shape("dog", "linestrip", "null", "", "[[40, 30], [56, 30]]"));
    List<Segment> objects = dataset.segments(0);
    PointLabels cat = label(objects.get(0)).points();
    PointLabels dog = label(objects.get(1)).points();
    assertEquals(3 + 5, cat.count());
    assertEquals(5 + 3, dog.count());
    assertTrue(cat.inside(2) && !cat.inside(3));
    assertEquals(3.0 / 5, cat.weight(3), 1e-6);
    assertEquals(1, dog.weight(7));
    assertTrue(dataset.maskless(0).orElseThrow().getMessage().contains("a.json"));
  }

  @Test
  void shapesOfOneGroupAreOneObject() throws IOException {
    List<Segment> objects =
        open(
                shape("cat", "rectangle", "1", "", "[[4, 4], [20, 18]]"),
                shape("cat", "point", "1", "", "[[8, 8]]"),
                shape("cat", "point", "1", "\"outside\": true", "[[19, 5]]"),
                shape("cat", "polygon", "2", "", "[[30, 4], [40, 4], [40, 14]]"))
            .segments(0);
    assertEquals(2, objects.size());
    assertEquals(16, label(objects.get(0)).box().orElseThrow().width());
    assertEquals(2, label(objects.get(0)).points().count());
    assertTrue(!label(objects.get(0)).points().inside(1));
    assertTrue(objects.get(1).mask() instanceof SegmentMask.Polygons);
  }

  @Test
  void contradictionsAndStraysAreErrorsWithTheFile() throws IOException {
    Dataset both =
        open(
            shape("cat", "point", "1", "", "[[8, 8]]"),
            shape("cat", "point", "1", "\"outside\": true", "[[8.4, 8.4]]"));
    String message = assertThrows(DatasetException.class, () -> both.segments(0)).getMessage();
    assertTrue(message.contains("labelled both") && message.contains("a.json"), message);
    Dataset stray = open(shape("cat", "point", "1", "\"outside\": true", "[[8, 8]]"));
    assertTrue(
        assertThrows(DatasetException.class, () -> stray.segments(0))
            .getMessage()
            .contains("flag outside alone"));
  }
}

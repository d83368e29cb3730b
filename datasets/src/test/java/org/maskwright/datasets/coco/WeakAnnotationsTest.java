package org.maskwright.datasets.coco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.json.CocoImage;

/** What an instances file says in place of masks, and what of that cannot be. */
class WeakAnnotationsTest {
  @TempDir private Path folder;

  private Path file(String annotations) throws IOException {
    return Files.writeString(
        folder.resolve("points.json"),
        """
        {"images": [{"id": 3, "file_name": "a.png", "width": 40, "height": 30}],
         "categories": [{"id": 1, "name": "cat"}],
         "annotations": [%s]}"""
            .formatted(annotations));
  }

  private static String annotation(String fields) {
    return "{\"id\": 17, \"image_id\": 3, \"category_id\": 1" + fields + "}";
  }

  private CocoInstanceDataset open(String fields) throws IOException {
    return CocoInstanceDataset.open(file(annotation(fields)), DataFolder.of(folder));
  }

  private static WeakLabel label(CocoInstanceDataset dataset) {
    return ((SegmentMask.Weak) dataset.segments(0).get(0).mask()).label();
  }

  @Test
  void pointSupsFieldsAreReadAsPixelMiddles() throws IOException {
    CocoInstanceDataset dataset =
        open(
            ",\"bbox\": [4, 5, 10, 8], \"point_coords\": [[4, 5], [13, 12]], \"point_labels\": [1, 0]");
    WeakLabel label = label(dataset);
    assertEquals(4.5, label.points().x(0));
    assertEquals(12.5, label.points().y(1));
    assertTrue(label.points().inside(0));
    assertFalse(label.points().inside(1));
    assertEquals(10, label.box().orElseThrow().width());
    String maskless = dataset.maskless(0).orElseThrow().getMessage();
    assertTrue(maskless.contains("annotation 17: no mask, but 2 points and a box"), maskless);
    assertTrue(dataset.notes().get(0).contains("1 of 1 annotations"), dataset.notes().toString());
  }

  @Test
  void aDrawnMaskCountsWhateverElseThereIs() throws IOException {
    CocoInstanceDataset dataset =
        open(",\"segmentation\": [[1,1,9,1,9,9]], \"bbox\": [1,1,8,8], \"point_coords\": [[3, 2]]");
    assertTrue(dataset.segments(0).get(0).mask() instanceof SegmentMask.Polygons);
    assertTrue(dataset.maskless(0).isEmpty());
    assertEquals(List.of(), dataset.notes());
  }

  @Test
  void anEmptySegmentationIsNone() throws IOException {
    assertEquals("a box", label(open(",\"segmentation\": [], \"bbox\": [1, 1, 8, 8]")).described());
  }

  @Test
  void anObjectWithNeitherIsSaidBeforeTraining() throws IOException {
    CocoInstanceDataset dataset = open("");
    assertTrue(label(dataset).classOnly());
    String note = dataset.notes().get(0);
    assertTrue(
        note.contains("1 have neither mask, points nor box, the first annotation 17 of image 3"),
        note);
  }

  @Test
  void idlePointsAreSaid() throws IOException {
    String note =
        open(",\"bbox\": [4, 5, 10, 8], \"point_coords\": [[5, 6], [30, 20]], \"point_labels\": [1, 0]")
            .notes()
            .get(0);
    assertTrue(
        note.contains(
            "1 points labelled 0 are outside their objects' boxes, the first of annotation 17"),
        note);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        ",\"point_coords\": [[40, 5]], \"point_labels\": [1]; (40.5, 5.5) is outside the picture of 40 x 30",
        ",\"point_coords\": [[-1, 5]], \"point_labels\": [0]; (-0.5, 5.5) is outside the picture",
        ",\"bbox\": [4, 5, 10, 8], \"point_coords\": [[20, 6]], \"point_labels\": [1]; is right of the object's box",
        ",\"point_coords\": [[4, 5], [4, 5]], \"point_labels\": [1, 0]; (4.5, 5.5) is labelled both 1",
        ",\"bbox\": [4, 5, 0, 8]; box: expected left, top and a width and height above 0",
        ",\"bbox\": [4, 5, -10, 8]; bbox: expected a width and height of at least 0",
        ",\"bbox\": [30, 20, 38, 28]; the box [30.0, 20.0, 38.0, 28.0] is outside the picture",
        ",\"point_coords\": [[4, 5], [4, 6]], \"point_labels\": [1]; got 2 point_coords, 1 point_labels",
        ",\"point_coords\": [[4, 5]]; got 1 point_coords, 0 point_labels",
        ",\"point_coords\": [[4, 5]], \"point_labels\": [2]; point_labels: expected 1 (inside) or 0",
        ",\"point_coords\": [[4]], \"point_labels\": [1]; point_coords: expected points [x, y]",
        ",\"point_coords\": [[4, 5]], \"point_labels\": [1], \"point_weights\": [-1]; weights of at least 0",
      })
  void whatCannotBeIsAnErrorWithFileAndAnnotation(String fields, String problem)
      throws IOException {
    String message = assertThrows(DatasetException.class, () -> open(fields)).getMessage();
    assertTrue(message.contains(problem), message);
    assertTrue(message.contains("points.json"), message);
    assertTrue(message.contains("annotation 17"), message);
  }

  @Test
  void allProblemsAreFoundAtOnce() throws IOException {
    List<String> problems = new ArrayList<>();
    CocoInstanceDataset.open(
        file(
            annotation(",\"bbox\": [4, 5, 0, 8]")
                + ","
                + annotation(",\"point_coords\": [[50, 5]], \"point_labels\": [1]")
                    .replace("17", "18")),
        DataFolder.of(folder),
        CocoImage::fileName,
        problem -> problems.add(problem.getMessage()));
    assertEquals(2, problems.size(), problems.toString());
    assertTrue(problems.get(1).contains("annotation 18"), problems.toString());
  }
}

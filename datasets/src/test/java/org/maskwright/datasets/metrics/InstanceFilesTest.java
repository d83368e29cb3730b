package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.metrics.InstanceFiles.DetectionArea;

/** What is odd about files is counted and said, each once, and left out or scored as it is said. */
class InstanceFilesTest {
  private static final String SQUARE = "[[1,1,5,1,5,5,1,5]]"; // 16 pixels
  private static final String OTHER_SIZE = "{\"size\":[20,20],\"counts\":[0,16,384]}";
  private static final String IMAGES =
      "\"images\":[{\"id\":1,\"height\":10,\"width\":10},{\"id\":2}]";
  private static final String CATEGORIES =
      "\"categories\":[{\"id\":1,\"name\":\"a\",\"frequency\":\"f\"},"
          + "{\"id\":2,\"name\":\"b\",\"frequency\":\"r\"}]";

  @TempDir private Path folder;
  private Path truth;
  private Path results;

  @BeforeEach
  void files() throws IOException {
    truth = folder.resolve("gt.json");
    results = folder.resolve("results.json");
    results(result(1, 1, SQUARE));
  }

  private static String truth(
      int id, int image, int category, String area, String box, String shape) {
    return "{\"id\":%d,\"image_id\":%d,\"category_id\":%d,%s\"bbox\":%s,\"iscrowd\":0,\"segmentation\":%s}"
        .formatted(id, image, category, area.isEmpty() ? "" : "\"area\":" + area + ",", box, shape);
  }

  private static String result(int image, int category, String shape) {
    return "{\"image_id\":%d,\"category_id\":%d,\"score\":0.5,\"segmentation\":%s}"
        .formatted(image, category, shape);
  }

  private void truths(String... annotations) throws IOException {
    Files.writeString(
        truth,
        "{%s,%s,\"annotations\":[%s]}"
            .formatted(IMAGES, CATEGORIES, String.join(",", annotations)));
  }

  private void results(String... detections) throws IOException {
    Files.writeString(results, "[" + String.join(",", detections) + "]");
  }

  private Scored<CocoMetrics> coco(IouType type) {
    return InstanceFiles.coco(truth, results, type, DetectionArea.MASK);
  }

  private void oddFiles() throws IOException {
    truths(
        truth(0, 1, 1, "16", "[1,1,4,4]", SQUARE),
        truth(2, 9, 1, "16", "[1,1,4,4]", SQUARE),
        truth(3, 1, 7, "16", "[1,1,4,4]", SQUARE),
        truth(4, 1, 2, "", "[1,1,4,4]", SQUARE),
        truth(5, 1, 2, "90", "[7,7,3,3]", SQUARE),
        truth(6, 1, 2, "16", "[0,0,1,16]", OTHER_SIZE),
        truth(7, 2, 2, "16", "[0,0,1,16]", OTHER_SIZE)); // an image without a size
    results(result(1, 2, SQUARE), result(1, 7, OTHER_SIZE), result(2, 2, OTHER_SIZE));
  }

  private List<String> warnings(IouType type) {
    return coco(type).warnings().stream()
        .map(w -> w.replace(folder + "/", ""))
        .map(w -> w.replaceFirst("(, which| far|: left| with the id|: their|: they).*", "$1"))
        .toList();
  }

  @Test
  void whatIsOddAboutMasksIsCounted() throws IOException {
    oddFiles();
    assertEquals(
        List.of(
            "gt.json: 1 annotations of images not in \"images\": left",
            "gt.json: 1 annotations of categories not in \"categories\": left",
            "gt.json: 1 annotations without \"area\": their",
            "gt.json: 1 annotation with the id",
            "results.json: 1 results with polygons, which",
            "results.json: 1 results of categories not in the ground truth: left",
            "gt.json: 1 masks of another size than their image: they",
            "gt.json: 1 annotations whose \"area\" is far",
            "results.json: 1 masks of another size than their image: they"),
        warnings(IouType.SEGM));
  }

  @Test
  void boxesAreComparedWhereTheyAreScored() throws IOException {
    oddFiles();
    assertEquals(
        List.of(
            "gt.json: 1 annotations of images not in \"images\": left",
            "gt.json: 1 annotations of categories not in \"categories\": left",
            "gt.json: 1 annotations without \"area\": their",
            "gt.json: 1 annotation with the id",
            "results.json: 1 results of categories not in the ground truth: left",
            "gt.json: 1 annotations whose \"bbox\" is far",
            "results.json: 1 masks of another size than their image: they"),
        warnings(IouType.BBOX));
  }

  @Test
  void filesWithoutAnythingOddAreScoredWithoutAWord() throws IOException {
    truths(truth(1, 1, 1, "16", "[1,1,4,4]", SQUARE));
    results(result(1, 1, "{\"size\":[10,10],\"counts\":[11,4,6,4,6,4,6,4,55]}"));
    for (IouType type : IouType.values()) {
      Scored<CocoMetrics> scored = coco(type);
      assertEquals(List.of(), scored.warnings());
      assertEquals(1, scored.metrics().all().ap(), 1e-12);
      assertEquals(-1, scored.metrics().perCategory().get(2).ap());
    }
    Scored<LvisMetrics> lvis = InstanceFiles.lvis(truth, results, IouType.SEGM, DetectionArea.MASK);
    assertEquals(1, lvis.metrics().all().apFrequent(), 1e-12);
    assertEquals(-1, lvis.metrics().all().apRare());
  }

  @Test
  void aTruthWithoutAreaOrBoxHasThoseOfItsMask() throws IOException {
    truths(truth(1, 1, 1, "", "[1,1,4,4]", SQUARE).replace("\"bbox\":[1,1,4,4],", ""));
    for (IouType type : List.of(IouType.SEGM, IouType.BBOX)) {
      CocoSummary all = coco(type).metrics().all();
      assertEquals(1, all.apSmall(), 1e-12);
      assertEquals(-1, all.apMedium());
    }
  }

  /** An unmatched detection counts in the size class that its mask, or its box, is of. */
  @Test
  void theAreaOfADetectionIsThatOfItsMaskOrOfItsBox() throws IOException {
    truths(truth(1, 1, 1, "16", "[1,1,4,4]", SQUARE));
    String wrong = "{\"size\":[10,10],\"counts\":[99,1]}";
    results(
        result(1, 1, wrong).replace("0.5", "0.9,\"bbox\":[0,0,100,100]"),
        result(1, 1, SQUARE).replace("0.5", "0.5,\"bbox\":[1,1,4,4]"));
    Scored<CocoMetrics> byMask =
        InstanceFiles.coco(truth, results, IouType.SEGM, DetectionArea.MASK);
    Scored<CocoMetrics> byBox =
        InstanceFiles.coco(truth, results, IouType.SEGM, DetectionArea.BBOX);
    assertEquals(0.5, byMask.metrics().all().apSmall(), 1e-12);
    assertEquals(1, byBox.metrics().all().apSmall(), 1e-12);
    assertEquals(0.5, byBox.metrics().all().ap(), 1e-12);
  }

  @Test
  void noDetectionIsSaidAndScoredAsNothingFound() throws IOException {
    truths(truth(1, 1, 1, "16", "[1,1,4,4]", SQUARE));
    results();
    Scored<CocoMetrics> scored = coco(IouType.SEGM);
    assertEquals(List.of(results + ": no detection at all"), scored.warnings());
    assertEquals(0, scored.metrics().all().ap());
  }

  @Test
  void aGroundTruthWithoutImagesOrCategoriesIsRefused() throws IOException {
    for (String key : List.of("images", "categories")) {
      truths();
      Files.writeString(
          truth,
          Files.readString(truth).replaceFirst("\"" + key + "\":\\[.*?\\]", "\"" + key + "\":[]"));
      String message = assertThrows(DatasetException.class, () -> coco(IouType.SEGM)).getMessage();
      assertTrue(message.contains("expected \"" + key + "\", found none"), message);
    }
  }

  @Test
  void aResultOfAnUnknownImageIsRefusedWithItsPlace() throws IOException {
    truths(truth(1, 1, 1, "16", "[1,1,4,4]", SQUARE));
    results(result(1, 1, SQUARE), result(5, 1, SQUARE));
    String message = assertThrows(DatasetException.class, () -> coco(IouType.SEGM)).getMessage();
    assertTrue(message.contains("result 2") && message.contains("results.json"), message);
    assertTrue(message.contains("not in the ground truth"), message);
  }
}

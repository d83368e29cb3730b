package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.SharedData.list;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.json.CocoAnnotation;
import org.maskwright.datasets.json.CocoDetection;
import org.maskwright.datasets.json.CocoImage;
import org.maskwright.datasets.json.CocoInstances;
import org.maskwright.datasets.json.CocoJson;
import org.maskwright.datasets.mask.MaskOverlaps;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.InstanceFiles.DetectionArea;

/** COCO and LVIS AP against the official tools' answers. */
class InstanceConformanceTest {
  private static final double TOLERANCE = 1e-12;
  private static final String[] NAMES = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"
  };

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void cocoSetsEqualTheOfficialAnswers(String set) throws IOException {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> expected =
        object(object(SharedData.json(cases.resolve("expected.json"))).get("coco"));
    checkCoco(cases.resolve("coco"), expected, set);
    checkMasks(cases.resolve("coco"), expected, set);
  }

  @Test
  void cocoTrapsEqualTheOfficialAnswers() throws IOException {
    Path cases = SharedData.require("conformance/micro");
    int checked = 0;
    for (var entry : object(SharedData.json(cases.resolve("expected.json"))).entrySet()) {
      Map<String, Object> expected = object(entry.getValue());
      if (expected.containsKey("coco")) {
        checkCoco(
            cases.resolve(entry.getKey()).resolve("coco"),
            object(expected.get("coco")),
            entry.getKey());
        checked++;
      }
    }
    assertTrue(checked > 20, "too few cases: " + checked);
  }

  private void checkCoco(Path cases, Map<String, Object> expected, String where)
      throws IOException {
    Path truth = cases.resolve("gt.json");
    Path results = cases.resolve("results.json");
    check(truth, results, IouType.BBOX, DetectionArea.MASK, expected.get("bbox"), where + " bbox");
    check(truth, results, IouType.SEGM, DetectionArea.MASK, expected.get("segm"), where + " segm");
    check(
        truth,
        results,
        IouType.SEGM,
        DetectionArea.BBOX,
        expected.get("segm_raw"),
        where + " segm_raw");
    check(
        truth,
        results,
        IouType.BOUNDARY,
        DetectionArea.MASK,
        expected.get("boundary"),
        where + " boundary");
    check(
        truth,
        withoutBoxes(results),
        IouType.BBOX,
        DetectionArea.MASK,
        expected.get("bbox_from_mask"),
        where + " bbox_from_mask");
  }

  private Path withoutBoxes(Path results) throws IOException {
    String text = Files.readString(results);
    Path file = folder.resolve("results.json");
    Files.writeString(file, text.replaceAll("\"bbox\":\\s*\\[[^\\]]*\\],?", "").replace(",}", "}"));
    return file;
  }

  private static void check(
      Path truth, Path results, IouType type, DetectionArea area, Object want, String where) {
    if (want == null) {
      return;
    }
    Map<String, Object> expected = object(want);
    var scored = InstanceFiles.coco(truth, results, type, area);
    if (expected.containsKey("error")) {
      assertFalse(scored.warnings().isEmpty(), where);
      return;
    }
    CocoMetrics metrics = scored.metrics();
    checkNumbers(list(expected.get("stats")), numbers(metrics.all()), where);
    if (expected.containsKey("per_category")) {
      Map<String, Object> perCategory = object(expected.get("per_category"));
      assertEquals(perCategory.size(), metrics.perCategory().size(), where);
      for (var entry : perCategory.entrySet()) {
        double[] got = numbers(metrics.perCategory().get(Integer.valueOf(entry.getKey())));
        Map<String, Object> wanted = object(entry.getValue());
        for (int i = 0; i < NAMES.length; i++) {
          assertEquals(
              number(wanted.get(NAMES[i])), got[i], TOLERANCE, where + " " + entry.getKey());
        }
      }
    }
    if (expected.containsKey("ap_by_threshold")) {
      double[] got = metrics.apByThreshold().stream().mapToDouble(d -> d).toArray();
      checkNumbers(list(expected.get("ap_by_threshold")), got, where + " by threshold");
    }
  }

  private static void checkNumbers(List<Object> expected, double[] got, String where) {
    for (int i = 0; i < got.length; i++) {
      assertEquals(number(expected.get(i)), got[i], TOLERANCE, where + " number " + i);
    }
  }

  private static double[] numbers(CocoSummary s) {
    return new double[] {
      s.ap(), s.ap50(), s.ap75(), s.apSmall(), s.apMedium(), s.apLarge(),
      s.ar1(), s.ar10(), s.ar100(), s.arSmall(), s.arMedium(), s.arLarge()
    };
  }

  private static void checkMasks(Path cases, Map<String, Object> expected, String where) {
    CocoInstances truth = CocoJson.readInstances(cases.resolve("gt.json"));
    Map<ImageId, CocoImage> images = new LinkedHashMap<>();
    truth.images().forEach(image -> images.put(image.id(), image));
    Map<Long, Rle> masks = new LinkedHashMap<>();
    for (CocoAnnotation a : truth.annotations()) {
      CocoImage image = images.get(a.imageId());
      masks.put(a.id(), a.mask(image.height(), image.width()));
    }
    for (Object item : list(expected.get("gt_masks"))) {
      Map<String, Object> want = object(item);
      Rle mask = masks.get(((Number) want.get("id")).longValue());
      assertEquals(want.get("counts"), mask.toCompressedString(), where);
      assertEquals(number(want.get("area")), mask.area(), where);
      assertEquals(number(list(want.get("bbox")).get(2)), mask.box().width(), where);
    }
    List<CocoDetection> detections = CocoJson.readResults(cases.resolve("results.json"));
    for (Object item : list(expected.get("ious"))) {
      checkIous(object(item), truth, masks, detections, where);
    }
  }

  private static void checkIous(
      Map<String, Object> want,
      CocoInstances truth,
      Map<Long, Rle> masks,
      List<CocoDetection> detections,
      String where) {
    ImageId image = ImageId.of(((Number) want.get("image_id")).longValue());
    int category = (int) number(want.get("category_id"));
    List<CocoAnnotation> truths =
        truth.annotations().stream()
            .filter(a -> a.imageId().equals(image) && a.categoryId() == category)
            .toList();
    boolean[] crowd = new boolean[truths.size()];
    for (int g = 0; g < crowd.length; g++) {
      crowd[g] = truths.get(g).crowd();
    }
    List<Rle> found =
        detections.stream()
            .filter(d -> d.imageId().equals(image) && d.categoryId() == category)
            .sorted((a, b) -> Double.compare(b.score(), a.score()))
            .limit(100)
            .map(d -> d.mask(1, 1))
            .toList();
    double[][] ious =
        MaskOverlaps.iou(found, truths.stream().map(t -> masks.get(t.id())).toList(), crowd);
    List<Object> rows = list(want.get("iou"));
    assertEquals(rows.size(), ious.length, where);
    for (int d = 0; d < ious.length; d++) {
      for (int g = 0; g < crowd.length; g++) {
        assertEquals(number(list(rows.get(d)).get(g)), ious[d][g], where + " iou");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void lvisSetsEqualTheOfficialAnswers(String set) {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> expected =
        object(object(SharedData.json(cases.resolve("expected.json"))).get("lvis"));
    for (IouType type : new IouType[] {IouType.SEGM, IouType.BBOX}) {
      checkLvis(
          cases.resolve("lvis/gt.json"),
          cases.resolve("lvis/results.json"),
          type,
          object(expected.get(type == IouType.SEGM ? "segm" : "bbox")),
          set);
    }
  }

  private static void checkLvis(
      Path truth, Path results, IouType type, Map<String, Object> expected, String where) {
    LvisSummary s = InstanceFiles.lvis(truth, results, type, DetectionArea.BBOX).metrics().all();
    double[] got = {
      s.ap(),
      s.ap50(),
      s.ap75(),
      s.apSmall(),
      s.apMedium(),
      s.apLarge(),
      s.apRare(),
      s.apCommon(),
      s.apFrequent(),
      s.ar(),
      s.arSmall(),
      s.arMedium(),
      s.arLarge()
    };
    String[] names = {
      "AP", "AP50", "AP75", "APs", "APm", "APl", "APr", "APc", "APf", "AR@300", "ARs@300",
      "ARm@300", "ARl@300"
    };
    for (int i = 0; i < got.length; i++) {
      double want = expected.get(names[i]) == null ? -1 : number(expected.get(names[i]));
      assertEquals(want, got[i], TOLERANCE, where + " " + type + " " + names[i]);
    }
  }

  @Test
  void perturbedLvisEqualsLvisApi() {
    Path refs = SharedData.require("data/eval_refs/lvis_perturbed");
    Map<String, Object> expected = object(SharedData.json(refs.resolve("expected_lvis_api.json")));
    Path truth = SharedData.require("data/lvis/lvis_val_100.json");
    checkLvis(truth, refs.resolve("dt.json"), IouType.SEGM, object(expected.get("segm")), "lvis");
    checkLvis(truth, refs.resolve("dt.json"), IouType.BBOX, object(expected.get("bbox")), "lvis");
  }

  @Test
  void cocoapiExamplesEqualPycocotools() {
    Path refs = SharedData.require("data/eval_refs/cocoapi");
    Map<String, Object> expected = object(SharedData.json(refs.resolve("expected.json")));
    Path truth = refs.resolve("instances_val2014_100.json");
    for (String type : new String[] {"segm", "bbox"}) {
      CocoMetrics metrics =
          InstanceFiles.coco(
                  truth,
                  refs.resolve("instances_val2014_fake" + type + "100_results.json"),
                  IouType.valueOf(type.toUpperCase(java.util.Locale.ROOT)),
                  DetectionArea.MASK)
              .metrics();
      checkNumbers(list(object(expected.get(type)).get("stats")), numbers(metrics.all()), type);
    }
  }

  @Test
  void perturbedCocoEqualsPycocotools() {
    Path refs = SharedData.require("data/eval_refs/coco_instances_perturbed");
    Path truth = SharedData.require("data/coco/annotations/instances_train2017.json");
    Map<String, Object> expected =
        object(SharedData.json(refs.resolve("expected_pycocotools.json")));
    Path results = refs.resolve("dt_train128_official.json");
    for (String type : new String[] {"segm", "bbox"}) {
      IouType iouType = type.equals("segm") ? IouType.SEGM : IouType.BBOX;
      CocoMetrics metrics =
          InstanceFiles.coco(truth, results, iouType, DetectionArea.BBOX).metrics();
      Map<String, Object> want = object(expected.get("train128_official/" + type));
      checkNumbers(list(want.get("stats")), numbers(metrics.all()), type);
      for (var entry : object(want.get("per_category_AP")).entrySet()) {
        double ap = entry.getValue() == null ? -1 : number(entry.getValue());
        double got = metrics.perCategory().get(Integer.valueOf(entry.getKey())).ap();
        assertEquals(ap, got, TOLERANCE, entry.getKey());
      }
    }
  }

  @Test
  void boundaryExampleEqualsTheBoundaryApi() {
    Path refs = SharedData.require("data/eval_refs/faster_coco_eval");
    Map<String, Object> expected = object(SharedData.json(refs.resolve("expected.json")));
    for (String type : new String[] {"segm", "boundary"}) {
      IouType iouType = type.equals("segm") ? IouType.SEGM : IouType.BOUNDARY;
      CocoSummary s =
          InstanceFiles.coco(
                  refs.resolve("gt_dataset.json"),
                  refs.resolve("dt_dataset.json"),
                  iouType,
                  DetectionArea.MASK)
              .metrics()
              .all();
      Map<String, Object> want = object(expected.get(type));
      assertEquals(number(want.get("AP_all")), s.ap(), TOLERANCE, type);
      assertEquals(number(want.get("AP_medium")), s.apMedium(), TOLERANCE, type);
      assertEquals(number(want.get("AR_third")), s.ar100(), TOLERANCE, type);
      assertEquals(number(want.get("AR_medium")), s.arMedium(), TOLERANCE, type);
    }
  }
}

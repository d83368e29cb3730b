package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.datasets.SharedData.list;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.metrics.PanopticEvaluator.Overlap;
import org.maskwright.datasets.metrics.SemanticFiles.Labels;

/** Panoptic and semantic metrics against the official tools' answers. */
class MapConformanceTest {
  private static final double TOLERANCE = 1e-12;

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void panopticSetsEqualTheOfficialAnswers(String set) {
    Path cases = SharedData.require("conformance/" + set);
    checkPanoptic(cases.resolve("panoptic"), expected(cases, "panoptic"), set);
  }

  @Test
  void panopticTrapsEqualTheOfficialAnswers() {
    Path cases = SharedData.require("conformance/micro");
    int checked = 0;
    for (var entry : object(SharedData.json(cases.resolve("expected.json"))).entrySet()) {
      Map<String, Object> expected = object(entry.getValue());
      if (expected.containsKey("panoptic")) {
        checkPanoptic(
            cases.resolve(entry.getKey()).resolve("panoptic"),
            object(expected.get("panoptic")),
            entry.getKey());
        checked++;
      }
    }
    assertTrue(checked > 8, "too few cases: " + checked);
  }

  @Test
  void perturbedCocoPanopticEqualsPanopticapi() {
    Path refs = SharedData.require("data/eval_refs/panoptic_perturbed");
    Path truth = SharedData.require("data/coco/annotations/panoptic_val2017");
    PanopticMetrics got =
        PanopticFiles.evaluate(
            refs.resolve("gt.json"),
            truth,
            refs.resolve("pred.json"),
            refs.resolve("pred"),
            Overlap.SEGMENT);
    checkMetrics(
        object(SharedData.json(refs.resolve("expected_panopticapi.json"))), got, "perturbed");
  }

  private static void checkPanoptic(Path folder, Map<String, Object> expected, String where) {
    check(folder, Overlap.SEGMENT, expected.get("pq"), where + " pq");
    check(folder, Overlap.BOUNDARY, expected.get("boundary_pq"), where + " boundary_pq");
  }

  private static void check(Path folder, Overlap overlap, Object want, String where) {
    if (want == null) {
      return;
    }
    PanopticMetrics got =
        PanopticFiles.evaluate(
            folder.resolve("gt.json"),
            folder.resolve("gt"),
            folder.resolve("pred.json"),
            folder.resolve("pred"),
            overlap);
    if (object(want).containsKey("error")) {
      assertTrue(got.things().n() == 0 || got.stuff().n() == 0, where);
      return;
    }
    checkMetrics(object(want), got, where);
  }

  private static void checkMetrics(Map<String, Object> want, PanopticMetrics got, String where) {
    checkQuality(object(want.get("All")), got.all(), where + " all");
    checkQuality(object(want.get("Things")), got.things(), where + " things");
    checkQuality(object(want.get("Stuff")), got.stuff(), where + " stuff");
    for (var entry : object(want.get("per_class")).entrySet()) {
      PanopticMetrics.ClassQuality q = got.perClass().get(Integer.valueOf(entry.getKey()));
      Map<String, Object> wanted = object(entry.getValue());
      String what = where + " class " + entry.getKey();
      assertEquals(number(wanted.get("pq")), q.pq(), TOLERANCE, what);
      assertEquals(number(wanted.get("sq")), q.sq(), TOLERANCE, what);
      assertEquals(number(wanted.get("rq")), q.rq(), TOLERANCE, what);
    }
    if (want.containsKey("counts")) {
      for (var entry : object(want.get("counts")).entrySet()) {
        PanopticMetrics.ClassQuality q = got.perClass().get(Integer.valueOf(entry.getKey()));
        Map<String, Object> wanted = object(entry.getValue());
        String what = where + " counts " + entry.getKey();
        assertEquals(number(wanted.get("tp")), q.tp(), what);
        assertEquals(number(wanted.get("fp")), q.fp(), what);
        assertEquals(number(wanted.get("fn")), q.fn(), what);
        assertEquals(number(wanted.get("iou")), q.iou(), TOLERANCE, what);
      }
    }
  }

  private static void checkQuality(
      Map<String, Object> want, PanopticMetrics.Quality got, String where) {
    assertEquals(number(want.get("pq")), got.pq(), TOLERANCE, where);
    assertEquals(number(want.get("sq")), got.sq(), TOLERANCE, where);
    assertEquals(number(want.get("rq")), got.rq(), TOLERANCE, where);
    assertEquals(number(want.get("n")), got.n(), where);
  }

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void semanticSetsEqualTheOfficialAnswers(String set) {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> meta = object(SharedData.json(cases.resolve("semseg/meta.json")));
    Map<String, Object> want = expected(cases, "semseg");
    SemanticMetrics got =
        SemanticFiles.evaluate(
            cases.resolve("semseg/gt"),
            cases.resolve("semseg/pred"),
            (int) number(meta.get("num_classes")),
            255,
            Labels.AS_STORED,
            SemanticProtocol.DETECTRON2);
    assertEquals(number(want.get("mIoU")), got.meanIou() * 100, 1e-10);
    assertEquals(number(want.get("fwIoU")), got.frequencyWeightedIou() * 100, 1e-10);
    assertEquals(number(want.get("mACC")), got.meanAccuracy() * 100, 1e-10);
    assertEquals(number(want.get("pACC")), got.pixelAccuracy() * 100, 1e-10);
    checkList(list(want.get("IoU")), got.iou(), 100, set);
    checkList(list(want.get("ACC")), got.accuracy(), 100, set);
  }

  private static void checkList(List<Object> want, List<Double> got, double scale, String where) {
    assertEquals(want.size(), got.size(), where);
    for (int i = 0; i < want.size(); i++) {
      assertEquals(number(want.get(i)), got.get(i) * scale, 1e-12 * scale, where + " class " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void sceneParsingSetsEqualTheOfficialAnswers(String set) {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> want = expected(cases, "ade");
    SemanticMetrics got =
        SemanticFiles.evaluate(
            cases.resolve("ade/gt"),
            cases.resolve("ade/pred"),
            (int) number(want.get("num_classes")),
            255,
            Labels.AS_STORED,
            SemanticProtocol.ADE20K);
    assertEquals(number(want.get("mIoU")), got.meanIou(), TOLERANCE);
    assertEquals(number(want.get("pixel_accuracy")), got.pixelAccuracy(), TOLERANCE);
    checkList(list(want.get("IoU")), got.iou(), 1, set);
  }

  @Test
  void sceneParsingSampleHasFifteenOfItsClasses() {
    Path sample = SharedData.require("data/ade20k_sceneparsing/sampleData");
    SemanticMetrics got =
        SemanticFiles.evaluate(
            sample.resolve("annotations"),
            sample.resolve("predictions"),
            150,
            255,
            Labels.AS_STORED,
            SemanticProtocol.ADE20K);
    assertEquals(0.1, got.meanIou(), 1e-12);
    assertEquals(1.0, got.pixelAccuracy());
  }

  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void cityscapesSetsEqualTheOfficialAnswers(String set) {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> want = object(expected(cases, "cityscapes").get("pixel"));
    SemanticMetrics got =
        SemanticFiles.evaluate(
            cases.resolve("cityscapes/gt"),
            cases.resolve("cityscapes/pred"),
            34,
            255,
            Labels.AS_STORED,
            SemanticProtocol.CITYSCAPES);
    assertEquals(number(want.get("averageScoreClasses")), got.meanIou(), TOLERANCE);
    List<Object> scores =
        List.copyOf(
            object(want.get("classScores")).values().stream()
                .map(v -> v == null ? (Object) Double.NaN : v)
                .toList());
    for (int c = 0; c < scores.size(); c++) {
      assertEquals(number(scores.get(c)), got.iou().get(c), TOLERANCE, set + " label " + c);
    }
  }

  private static Map<String, Object> expected(Path cases, String part) {
    return object(object(SharedData.json(cases.resolve("expected.json"))).get(part));
  }
}

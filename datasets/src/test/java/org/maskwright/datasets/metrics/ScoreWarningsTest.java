package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.InstanceFiles.DetectionArea;

/** The official number, and what a user should know about it. */
final class ScoreWarningsTest {
  @TempDir private Path folder;

  @Test
  void theIdZeroCostsItsMatchOfficiallyAndIsSaid() {
    Path files = SharedData.require("cases/evaluation/score-id-zero");
    var scored =
        InstanceFiles.coco(
            files.resolve("gt.json"), files.resolve("pred.json"), IouType.SEGM, DetectionArea.MASK);
    assertEquals(0.2524752475247525, scored.metrics().all().ap(), 1e-15);
    assertTrue(
        scored.warnings().get(0).contains("1 annotation with the id 0"),
        scored.warnings().toString());
  }

  @Test
  void areasThatAreNotThePixelsGiveTheOfficialQualityAndAreSaid() {
    Path files = SharedData.require("cases/evaluation/pq-wrong-json-area");
    Scored<PanopticMetrics> scored =
        PanopticFiles.scored(
            files.resolve("gt.json"),
            files.resolve("gt"),
            files.resolve("pred.json"),
            files.resolve("pred"),
            PanopticEvaluator.Overlap.SEGMENT);
    assertEquals(5.408333, scored.metrics().all().pq(), 1e-6);
    assertTrue(scored.warnings().get(0).contains("segment 1001: area is 24"), scored::toString);
  }

  private List<String> semantic(int... truth) throws IOException {
    for (String side : List.of("gt", "pred")) {
      Files.createDirectories(folder.resolve(side));
      int[] labels = side.equals("gt") ? truth : new int[4];
      LabelPng.writeGrey8(folder.resolve(side).resolve("a.png"), new LabelMap(2, 2, labels));
    }
    List<String> warnings = new ArrayList<>();
    SemanticFiles.evaluate(
        folder.resolve("gt"),
        folder.resolve("pred"),
        2,
        255,
        SemanticFiles.Labels.AS_STORED,
        SemanticProtocol.DETECTRON2,
        warnings::add);
    return warnings;
  }

  @Test
  void aClassWithoutAPixelBesideAnIgnoredLabelIsSaid() throws IOException {
    assertEquals(List.of(), semantic(0, 0, 1, 255));
    assertTrue(semantic(0, 0, 0, 0).get(0).contains("1 of 2 classes have no pixel"));
    String both = semantic(0, 0, 0, 255).get(0);
    assertTrue(both.contains("1 of 2 classes have no pixel in the ground truth: 1"), both);
    assertTrue(both.contains("the ignored label 255 covers 25.0 % of the pixels"), both);
    assertTrue(semantic(0, 1, 255, 255).get(0).contains("255 covers 50.0 %"));
  }
}

package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;
import org.maskwright.datasets.metrics.InstanceAnalysis;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ScoreDetails;

/** What files and tables of an evaluation say. */
class EvalFilesTest {
  private static final int SIDE = 8;

  /** Rows of an image of 8 x 8 pixels. */
  private static Rle rows(int from, int to) {
    byte[] bitmap = new byte[SIDE * SIDE];
    Arrays.fill(bitmap, from * SIDE, to * SIDE, (byte) 1);
    return Rle.ofBitmap(bitmap, SIDE, SIDE);
  }

  /** Two cats, of which one is found and one taken for a dog; a dog that is not there. */
  private static EvalReport report() {
    InstanceAnalysis analysis =
        new InstanceAnalysis(List.of(Category.of(1, "cat", true), Category.of(2, "dog", true)));
    analysis.add(
        ImageId.of(1),
        List.of(GroundTruth.ofMask(1, rows(0, 2)), GroundTruth.ofMask(1, rows(2, 4))),
        List.of(
            Detection.ofMask(1, 0.75, rows(0, 2)),
            Detection.ofMask(2, 0.5, rows(2, 4)),
            Detection.ofMask(2, 0.25, rows(6, 8))));
    ScoreThresholds best = ScoreThresholds.best(analysis.curves(), 0.125);
    ScoreDetails details =
        new ScoreDetails(
            analysis.curves(),
            Optional.of(best),
            Optional.of(analysis.confusion(best)),
            Optional.of(analysis.errors(best)));
    Map<String, ScoreDetails> byKind = new LinkedHashMap<>();
    byKind.put("instance", details);
    byKind.put("other", ScoreDetails.NONE);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("instance.AP", 50.0);
    metrics.put("instance.APl", Double.NaN);
    return new EvalReport(
        metrics,
        Map.of("instance.AP", Map.of("cat", 50.0)),
        List.of(new ClassTruth("cat", 1, 2), new ClassTruth("dog", 0, 0)),
        byKind,
        Map.of(),
        1,
        List.of("broken.jpg: is broken"),
        0.5,
        KeptResults.of(ResultKinds.get("instance"), ClassSpace.ofSize(2)));
  }

  private static EvalReports reports(String... names) {
    Map<String, EvalReport> out = new LinkedHashMap<>();
    for (String name : names) {
      out.put(name, report());
    }
    return new EvalReports(out);
  }

  @Test
  void ofSeveralDataSetsEachHasItsMetricsTableAndFiles() {
    EvalReports both = reports("ade", "coco");
    assertEquals(
        List.of("ade.instance.AP", "ade.instance.APl", "coco.instance.AP", "coco.instance.APl"),
        List.copyOf(both.metrics().keySet()));
    assertEquals(50, both.get("coco.instance.AP"));
    assertThrows(IllegalArgumentException.class, () -> both.get("instance.AP"));
    List<String> lines = EvalText.lines(both);
    assertEquals(
        List.of(
            "                            ade     coco",
            "instance.AP               50.00    50.00",
            "instance.APl               none     none",
            "",
            "ade",
            "1 images in 0.5 s"),
        lines.subList(0, 6));
    assertEquals(
        List.of("evaluation.json", "ade-instance-confusion.csv", "coco-instance-confusion.csv"),
        List.copyOf(EvalFiles.of(both).keySet()));
    String json = EvalFiles.json(both);
    assertTrue(
        json.startsWith("{\"metrics\":{\"ade.instance.AP\":50.0,\"ade.instance.APl\":null,"), json);
    assertTrue(json.contains("\"evaluations\":{\"ade\":{\"images\":1,"), json);
  }

  @Test
  void theJsonHoldsEveryNumber() {
    String none =
        "{\"found\":0,\"wrong class\":0,\"merged\":0,\"split\":0,\"outline\":0,\"missed\":0}";
    String nothing =
        "{\"right\":0,\"wrong class\":0,\"duplicate\":0,\"merge\":0,\"outline\":0,\"part\":0,\"invented\":0}";
    String json = EvalFiles.json(reports("val"));
    for (String part :
        List.of(
            "{\"images\":1,\"skipped\":1,\"seconds\":0.5,\"metrics\":{\"instance.AP\":50.0,\"instance.APl\":null},"
                + "\"perClass\":{\"instance.AP\":{\"cat\":50.0}},"
                + "\"classes\":[{\"name\":\"cat\",\"images\":1,\"segments\":2},{\"name\":\"dog\",\"images\":0,\"segments\":0}],"
                + "\"details\":{",
            "\"instance\":{\"thresholds\":{\"otherwise\":0.125,\"classes\":{\"cat\":0.75}},"
                + "\"curves\":{\"cat\":{\"truths\":2,\"best\":{\"threshold\":0.75,\"precision\":1.0,\"recall\":0.5,\"f1\":0.6666666666666666},"
                + "\"points\":[[0.75,1.0,0.5]]},\"dog\":{\"truths\":0,\"points\":[[0.25,0.0,null]]}},"
                + "\"confusion\":{\"counted\":\"objects\",\"classes\":[\"cat\",\"dog\"],\"cells\":[[0,0,1],[0,1,1],[2,1,1]]},"
                + "\"errors\":{\"objects\":{\"cat\":{\"small\":"
                + none.replace("found\":0", "found\":1").replace("class\":0", "class\":1")
                + ",\"medium\":"
                + none
                + ",\"large\":"
                + none
                + "}},\"detections\":{\"cat\":{\"small\":"
                + nothing.replace("right\":0", "right\":1")
                + ",",
            "\"dog\":{\"small\":"
                + nothing.replace("class\":0", "class\":1").replace("invented\":0", "invented\":1"),
            "\"other\":{}")) {
      assertTrue(json.contains(part), () -> part + "\nis not in\n" + json);
    }
  }

  @Test
  void eachKindWithAMatrixHasItsTable() {
    Map<String, String> files = EvalFiles.of(reports("val"));
    assertEquals(List.of("evaluation.json", "instance-confusion.csv"), List.copyOf(files.keySet()));
    assertEquals(
        """
        truth,cat,dog,(nothing)
        cat,1,1,0
        dog,0,0,0
        (nothing),0,1,0
        """,
        files.get("instance-confusion.csv"));
  }

  @Test
  void theTablesSayItInWords() {
    assertEquals(
        """
        1 images in 0.5 s

        instance.AP              50.000
        instance.APl               none

        instance by class               images  segments      AP  threshold      F1
          cat                                1         2   50.00      0.750   66.67

        instance: 1 of 2 objects right from the threshold of their class on; most frequent mistakes:
          truth                        predicted                       objects
          cat                          dog                                   1   50.0 % of the truth
          (nothing)                    dog                                   1   50.0 % of the predicted
        instance: classes taken for each other, by their share of what is true of both:
          cat                          dog                                   1   50.0 %

        instance: objects by size          all       found wrong class      merged       split     outline      missed
          small                              2           1           1           0           0           0           0
          medium                             0           0           0           0           0           0           0
          large                              0           0           0           0           0           0           0
          of any size                        2           1           1           0           0           0           0
          detections: right 1, wrong class 1, duplicate 0, merge 0, outline 0, part 0, invented 1
        """,
        String.join("\n", EvalText.lines(reports("val"))) + "\n");
  }

  @Test
  void theBestThresholdsAreThoseOfTheClassesThatHaveOne() {
    assertEquals(
        Map.of("instance", new ScoreThresholds(0.5, Map.of("cat", 0.75))),
        report().bestThresholds());
  }
}

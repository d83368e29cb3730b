package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every number is written under its own name, as JSON and as the official tools print it. */
class MetricTextTest {
  private static final CocoSummary COCO =
      new CocoSummary(0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, -1);
  private static final LvisSummary LVIS =
      new LvisSummary(0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, -1);
  private static final ClassTable NO_CLASSES = new ClassTable(List.of());
  private static final SemanticMetrics SEMANTIC =
      new SemanticMetrics(
          0.25, 1.0 / 3, 0.5, 0.75, List.of(0.125, Double.NaN, 1.0), List.of(0.5, 0.0, 0.25));

  private static PanopticMetrics panoptic() {
    SortedMap<Integer, PanopticMetrics.ClassQuality> perClass = new TreeMap<>();
    perClass.put(3, new PanopticMetrics.ClassQuality(0.1, 0.2, 0.3, 1, 2, 3, 4));
    perClass.put(20, new PanopticMetrics.ClassQuality(0.4, 0.5, 0.6, 1, 2, 3, 4));
    double nan = Double.NaN;
    return new PanopticMetrics(
        new PanopticMetrics.Quality(0.11, 0.12, 0.13, 2),
        new PanopticMetrics.Quality(0.21, 0.22, 1, 1),
        new PanopticMetrics.Quality(nan, nan, nan, 0),
        perClass);
  }

  private static ClassTable classes() {
    SortedMap<Integer, ClassTruth> truths = new TreeMap<>();
    truths.put(3, new ClassTruth("cat", 2, 4));
    truths.put(20, new ClassTruth("a name that is longer than the column", 1, 1));
    return ClassTable.panoptic(new Scored<>(panoptic(), truths, List.of()));
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }

  @Test
  void cocosNumbers() {
    SortedMap<Integer, CocoSummary> perCategory = new TreeMap<>();
    perCategory.put(7, COCO);
    perCategory.put(11, new CocoSummary(-1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0));
    CocoMetrics metrics = new CocoMetrics(COCO, List.of(), perCategory);
    SortedMap<Integer, ClassTruth> truths = new TreeMap<>();
    truths.put(7, new ClassTruth("cat", 1, 3));
    truths.put(11, new ClassTruth("dog", 0, 0));
    ClassTable table = ClassTable.coco(new Scored<>(metrics, truths, List.of()));
    assertEquals(
        "{\"AP\":0.01,\"AP50\":0.02,\"AP75\":0.03,\"APs\":0.04,\"APm\":0.05,\"APl\":0.06,"
            + "\"AR1\":0.07,\"AR10\":0.08,\"AR100\":0.09,\"ARs\":0.1,\"ARm\":0.11,\"ARl\":-1.0,"
            + "\"perCategory\":{\"7\":0.01,\"11\":-1.0},"
            + "\"classes\":[{\"id\":7,\"name\":\"cat\",\"images\":1,\"segments\":3,\"AP\":0.01,\"AP50\":0.02,\"AP75\":0.03,"
            + "\"APs\":0.04,\"APm\":0.05,\"APl\":0.06},"
            + "{\"id\":11,\"name\":\"dog\",\"images\":0,\"segments\":0,\"AP\":null,\"AP50\":null,\"AP75\":null,"
            + "\"APs\":null,\"APm\":null,\"APl\":null}]}",
        MetricJson.coco(metrics, table));
    assertEquals(
        lines(
            "class, in percent               images  segments      AP    AP50    AP75     APs     APm     APl",
            "  cat                                1         3    1.00    2.00    3.00    4.00    5.00    6.00"),
        table.text());
    assertEquals(
        lines(
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.010",
            " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.020",
            " Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ] = 0.030",
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.040",
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.050",
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.060",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.070",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ] = 0.080",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.090",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.100",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.110",
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000"),
        MetricTables.coco(COCO));
  }

  @Test
  void lvisNumbers() {
    SortedMap<Integer, Double> perCategory = new TreeMap<>();
    perCategory.put(7, 0.5);
    perCategory.put(11, -1.0);
    assertEquals(
        "{\"AP\":0.01,\"AP50\":0.02,\"AP75\":0.03,\"APs\":0.04,\"APm\":0.05,\"APl\":0.06,"
            + "\"APr\":0.07,\"APc\":0.08,\"APf\":0.09,\"AR@300\":0.1,\"ARs@300\":0.11,"
            + "\"ARm@300\":0.12,\"ARl@300\":-1.0,\"perCategory\":{\"7\":0.5,\"11\":-1.0},\"classes\":[]}",
        MetricJson.lvis(new LvisMetrics(LVIS, perCategory), NO_CLASSES));
    String ap = " Average Precision  (AP) @[ IoU=";
    String ar = " Average Recall     (AR) @[ IoU=0.50:0.95 | area=";
    assertEquals(
        lines(
            ap + "0.50:0.95 | area=   all | maxDets=300 catIds=all] = 0.010",
            ap + "0.50      | area=   all | maxDets=300 catIds=all] = 0.020",
            ap + "0.75      | area=   all | maxDets=300 catIds=all] = 0.030",
            ap + "0.50:0.95 | area=     s | maxDets=300 catIds=all] = 0.040",
            ap + "0.50:0.95 | area=     m | maxDets=300 catIds=all] = 0.050",
            ap + "0.50:0.95 | area=     l | maxDets=300 catIds=all] = 0.060",
            ap + "0.50:0.95 | area=   all | maxDets=300 catIds=  r] = 0.070",
            ap + "0.50:0.95 | area=   all | maxDets=300 catIds=  c] = 0.080",
            ap + "0.50:0.95 | area=   all | maxDets=300 catIds=  f] = 0.090",
            ar + "   all | maxDets=300 catIds=all] = 0.100",
            ar + "     s | maxDets=300 catIds=all] = 0.110",
            ar + "     m | maxDets=300 catIds=all] = 0.120",
            ar + "     l | maxDets=300 catIds=all] = -1.000"),
        MetricTables.lvis(LVIS));
  }

  @Test
  void panopticNumbersAndNoneOfAKindThatDoesNotOccur() {
    assertEquals(
        "{\"All\":{\"pq\":0.11,\"sq\":0.12,\"rq\":0.13,\"n\":2},"
            + "\"Things\":{\"pq\":0.21,\"sq\":0.22,\"rq\":1.0,\"n\":1},"
            + "\"Stuff\":{\"pq\":null,\"sq\":null,\"rq\":null,\"n\":0},"
            + "\"perClass\":{\"3\":{\"pq\":0.1,\"sq\":0.2,\"rq\":0.3},"
            + "\"20\":{\"pq\":0.4,\"sq\":0.5,\"rq\":0.6}},"
            + "\"classes\":[{\"id\":3,\"name\":\"cat\",\"images\":2,\"segments\":4,\"PQ\":0.1,\"SQ\":0.2,\"RQ\":0.3},"
            + "{\"id\":20,\"name\":\"a name that is longer than the column\",\"images\":1,\"segments\":1,\"PQ\":0.4,\"SQ\":0.5,\"RQ\":0.6}]}",
        MetricJson.panoptic(panoptic(), classes()));
    assertEquals(
        lines(
            "class, in percent               images  segments      PQ      SQ      RQ",
            "  cat                                2         4   10.00   20.00   30.00",
            "  a name that is longer tha...       1         1   40.00   50.00   60.00"),
        classes().text());
    assertEquals(
        lines(
            "          |    PQ     SQ     RQ     N",
            "--------------------------------------",
            "All       |  11.0   12.0   13.0     2",
            "Things    |  21.0   22.0  100.0     1",
            "Stuff     |  none   none   none     0"),
        MetricTables.panoptic(panoptic()));
  }

  @Test
  void semanticNumbersOfTheClassesThatOccur() {
    assertEquals(
        "{\"mIoU\":0.25,\"fwIoU\":0.3333333333333333,\"mACC\":0.5,\"pACC\":0.75,"
            + "\"perClass\":{\"0\":0.125,\"1\":null,\"2\":1.0}}",
        MetricJson.semantic(SEMANTIC, List.of()));
    assertEquals(
        lines(
            "class |     IoU     ACC",
            "0     |  12.500  50.000",
            "2     | 100.000  25.000",
            "mIoU 25.0000   fwIoU 33.3333   mACC 50.0000   pACC 75.0000"),
        MetricTables.semantic(SEMANTIC, List.of()));
  }
}

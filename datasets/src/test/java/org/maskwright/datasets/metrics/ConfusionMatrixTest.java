package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.metrics.ConfusionMatrix.Cell;
import org.maskwright.datasets.metrics.ConfusionMatrix.Counted;

class ConfusionMatrixTest {
  private static final int VOID = 255;

  @Test
  void thePixelsOfEachTrueAndPredictedClassAreCountedAndVoidIsNot() {
    Random random = new Random(5);
    int[] truth = random.ints(400, 0, 4).map(t -> t == 3 ? VOID : t).toArray();
    int[] predicted = random.ints(400, 0, 3).toArray();
    SemanticEvaluator evaluator = new SemanticEvaluator(3, VOID, SemanticProtocol.DETECTRON2);
    evaluator.add(truth, predicted);
    ConfusionMatrix matrix = evaluator.confusion(List.of("sky", "tree", "road"));
    long total = 0;
    for (int g = 0; g < 3; g++) {
      for (int p = 0; p < 3; p++) {
        long counted = 0;
        for (int i = 0; i < truth.length; i++) {
          counted += truth[i] == g && predicted[i] == p ? 1 : 0;
        }
        assertEquals(counted, matrix.count(g, p));
        total += counted;
      }
    }
    assertEquals(total, matrix.total());
    SemanticMetrics metrics = evaluator.result();
    assertEquals(metrics.pixelAccuracy(), (double) matrix.right() / matrix.total());
    for (int c = 0; c < 3; c++) {
      long union = matrix.truths(c) + matrix.predictions(c) - matrix.count(c, c);
      assertEquals(metrics.iou().get(c), (double) matrix.count(c, c) / union);
      assertEquals(metrics.accuracy().get(c), (double) matrix.count(c, c) / matrix.truths(c));
    }
    assertThrows(IllegalArgumentException.class, () -> evaluator.confusion(List.of("sky")));
  }

  @Test
  void pairsAreCountedInBothDirectionsAndRareOnesStandFirstWhereTheyAreOftenMistaken() {
    ConfusionMatrix matrix =
        new ConfusionMatrix(
            List.of("sea", "river", "road", "path"),
            Counted.PIXELS,
            List.of(
                new Cell(0, 0, 900),
                new Cell(0, 1, 60),
                new Cell(1, 0, 40),
                new Cell(2, 3, 4),
                new Cell(3, 3, 6),
                new Cell(3, 4, 90),
                new Cell(4, 0, 7)));
    List<ConfusionMatrix.Pair> pairs = matrix.pairs(10);
    assertEquals(
        List.of(
            new ConfusionMatrix.Pair(0, 1, 100, 100.0 / 1000),
            new ConfusionMatrix.Pair(2, 3, 4, 4.0 / 100)),
        pairs);
    assertEquals(pairs.subList(0, 1), matrix.pairs(1));
  }

  @Test
  void aPredictionOfNoClassIsInTheColumnOfNothing() {
    SemanticEvaluator evaluator = new SemanticEvaluator(2, VOID, SemanticProtocol.CITYSCAPES);
    evaluator.add(new int[] {0, 1, VOID}, new int[] {VOID, 1, 0});
    assertEquals(
        List.of(new Cell(0, 2, 1), new Cell(1, 1, 1)),
        evaluator.confusion(List.of("a", "b")).cells());
  }

  @Test
  void theTableHasTheClassesThatOccurAndNamesThatAreQuoted() {
    ConfusionMatrix matrix =
        new ConfusionMatrix(
            List.of("cat", "never", "dog, small", "a \"b\""),
            Counted.OBJECTS,
            List.of(new Cell(4, 2, 5), new Cell(0, 0, 7), new Cell(0, 4, 2), new Cell(2, 3, 1)));
    assertEquals(
        """
        truth,cat,"dog, small","a ""b""\",(nothing)
        cat,7,0,0,2
        "dog, small",0,0,1,0
        "a ""b""\",0,0,0,0
        (nothing),0,5,0,0
        """,
        matrix.toCsv());
    assertEquals(
        List.of(new Cell(4, 2, 5), new Cell(0, 4, 2), new Cell(2, 3, 1)), matrix.mistakes(9));
    assertEquals(List.of(new Cell(4, 2, 5)), matrix.mistakes(1));
    assertEquals(7, matrix.right());
    assertEquals(15, matrix.total());
  }

  @Test
  void cellsOutsideEmptyOrTwiceAreRefused() {
    for (List<Cell> cells :
        List.of(
            List.of(new Cell(0, 3, 1)),
            List.of(new Cell(-1, 0, 1)),
            List.of(new Cell(0, 0, 0)),
            List.of(new Cell(0, 1, 1), new Cell(0, 1, 2)))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new ConfusionMatrix(List.of("a", "b"), Counted.PIXELS, cells));
    }
  }

  @Test
  void eachAreaIsOfOneSize() {
    assertEquals(ObjectSize.SMALL, ObjectSize.of(1023.5));
    assertEquals(ObjectSize.MEDIUM, ObjectSize.of(1024));
    assertEquals(ObjectSize.MEDIUM, ObjectSize.of(9215));
    assertEquals(ObjectSize.LARGE, ObjectSize.of(9216));
  }
}

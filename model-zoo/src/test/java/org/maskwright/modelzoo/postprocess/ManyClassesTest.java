package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.Order;

/** Semantic maps of far more classes than queries, of which most are left out band by band. */
class ManyClassesTest {
  private static final int QUERIES = 6;
  private static final int CLASSES = 300;
  private static final int SIDE = 24;

  /** A query is sure of a class or of nothing; every other class has a little. */
  private static QueryOutputs outputs(double sure) {
    Random random = new Random(7);
    float[] logits = new float[QUERIES * (CLASSES + 1)];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    for (int q = 0; q < QUERIES; q++) {
      logits[q * (CLASSES + 1) + (q == 0 ? CLASSES : random.nextInt(CLASSES))] += (float) sure;
    }
    float[] masks = new float[QUERIES * SIDE * SIDE];
    for (int i = 0; i < masks.length; i++) {
      masks[i] = (float) (3 * random.nextGaussian());
    }
    return new QueryOutputs(logits, CLASSES, masks, SIDE, SIDE);
  }

  @ParameterizedTest
  @CsvSource({
    "9,RESIZE_THEN_SCORE,MARGINALISE",
    "9,SCORE_THEN_RESIZE,MARGINALISE",
    "9,RESIZE_THEN_SCORE,UNION_MAX",
    "0,RESIZE_THEN_SCORE,MARGINALISE",
    "0,SCORE_THEN_RESIZE,MARGINALISE"
  })
  void theMapHasTheLargestOfAllScores(double sure, Order order, SemanticMerge merge) {
    QueryOutputs outputs = outputs(sure);
    ImageFrame frame = new ImageFrame(96, 96, 80, 96, 40, 70);
    int width = frame.width();
    int[] expected = new int[frame.height() * width];
    int[] given = new int[frame.height()];
    SemanticPostProcessor.scores(
        outputs,
        frame,
        order,
        merge,
        y -> {
          var best = new SemanticPostProcessor.Best(expected, y * width, width);
          return (k, scores) -> {
            given[y]++;
            best.add(k, scores);
          };
        });
    assertTrue(Arrays.stream(given).allMatch(n -> n == CLASSES), "each row has every class");
    assertArrayEquals(
        expected, SemanticPostProcessor.process(outputs, frame, order, merge).labels());
  }
}

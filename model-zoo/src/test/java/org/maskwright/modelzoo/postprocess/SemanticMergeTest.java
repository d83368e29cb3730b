package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.Order;

/** Both operators against their definitions, in double, and the choice of classes. */
class SemanticMergeTest {
  private static final int QUERIES = 7;
  private static final int CLASSES = 4;
  private static final int SIDE = 12;
  private static final ImageFrame FRAME = new ImageFrame(SIDE, SIDE, SIDE, SIDE, SIDE, SIDE);

  private final Random random = new Random(11);
  private final float[] logits = gaussian(QUERIES * (CLASSES + 1), 2);
  private final float[] masks = gaussian(QUERIES * SIDE * SIDE, 3);

  private float[] gaussian(int length, double scale) {
    float[] out = new float[length];
    for (int i = 0; i < length; i++) {
      out[i] = (float) (scale * random.nextGaussian());
    }
    return out;
  }

  private QueryOutputs outputs() {
    return new QueryOutputs(logits, CLASSES, masks, SIDE, SIDE);
  }

  private double probability(int query, int k) {
    double sum = 0;
    for (int c = 0; c <= CLASSES; c++) {
      sum += Math.exp(logits[query * (CLASSES + 1) + c]);
    }
    return Math.exp(logits[query * (CLASSES + 1) + k]) / sum;
  }

  private int likeliest(int query, int of) {
    int best = 0;
    for (int k = 1; k < of; k++) {
      best = probability(query, k) > probability(query, best) ? k : best;
    }
    return best;
  }

  /** The label of each pixel by the definitions. */
  private int[] expected(SemanticMerge merge, boolean allAreNothing) {
    int[] out = new int[SIDE * SIDE];
    for (int i = 0; i < out.length; i++) {
      double[] scores = new double[CLASSES];
      for (int q = 0; q < QUERIES; q++) {
        double mask = 1 / (1 + Math.exp(-masks[q * SIDE * SIDE + i]));
        for (int k = 0; k < CLASSES; k++) {
          if (merge == SemanticMerge.MARGINALISE) {
            scores[k] += probability(q, k) * mask;
          } else if (likeliest(q, allAreNothing ? CLASSES : CLASSES + 1) == k) {
            scores[k] = Math.max(scores[k], mask);
          }
        }
      }
      for (int k = 1; k < CLASSES; k++) {
        out[i] = scores[k] > scores[out[i]] ? k : out[i];
      }
    }
    return out;
  }

  private int[] labels(SemanticMerge merge) {
    return SemanticPostProcessor.process(outputs(), FRAME, Order.RESIZE_THEN_SCORE, merge).labels();
  }

  @Test
  void eachOperatorIsItsDefinition() {
    for (SemanticMerge merge : SemanticMerge.values()) {
      assertArrayEquals(expected(merge, false), labels(merge), merge.toString());
    }
  }

  @Test
  void whereEveryQueryIsNothingItsLikeliestClassCounts() {
    for (int q = 0; q < QUERIES; q++) {
      logits[q * (CLASSES + 1) + CLASSES] = 20;
    }
    assertArrayEquals(expected(SemanticMerge.UNION_MAX, true), labels(SemanticMerge.UNION_MAX));
  }

  @Test
  void theOperatorsAgreeWhereQueriesAreSureAndDisjoint() {
    for (int q = 0; q < QUERIES; q++) {
      for (int k = 0; k <= CLASSES; k++) {
        logits[q * (CLASSES + 1) + k] = k == q % CLASSES ? 30 : -30;
      }
      for (int i = 0; i < SIDE * SIDE; i++) {
        masks[q * SIDE * SIDE + i] = i % QUERIES == q ? 20 : -20;
      }
    }
    assertArrayEquals(labels(SemanticMerge.MARGINALISE), labels(SemanticMerge.UNION_MAX));
  }

  @Test
  void chosenClassesAreASoftmaxOverTheirLogits() {
    int[] from = {2, -1, 0};
    QueryOutputs chosen = outputs().choosing(from);
    assertEquals(3, chosen.classes());
    for (int q = 0; q < QUERIES; q++) {
      double[] e = new double[CLASSES + 1];
      for (int k = 0; k <= CLASSES; k++) {
        e[k] = Math.exp(logits[q * (CLASSES + 1) + k]);
      }
      double sum = e[2] + e[0] + e[CLASSES];
      assertEquals(e[2] / sum, chosen.classProb(q, 0), 1e-6);
      assertEquals(0, chosen.classProb(q, 1));
      assertEquals(e[0] / sum, chosen.classProb(q, 2), 1e-6);
      assertEquals(e[CLASSES] / sum, chosen.classProb(q, 3), 1e-6);
    }
  }

  @Test
  void allClassesInOrderChangeNothing() {
    QueryOutputs own = outputs();
    QueryOutputs chosen = own.choosing(new int[] {0, 1, 2, 3});
    for (int q = 0; q < QUERIES; q++) {
      for (int k = 0; k <= CLASSES; k++) {
        assertEquals(own.classProb(q, k), chosen.classProb(q, k), 1e-6);
      }
    }
    assertThrows(IllegalArgumentException.class, () -> own.choosing(new int[] {4}));
  }
}

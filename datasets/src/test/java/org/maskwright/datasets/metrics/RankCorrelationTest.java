package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {
  @Test
  void theOrderAloneCounts() {
    assertEquals(
        1, RankCorrelation.spearman(new double[] {1, 5, 2, 9}, new double[] {.1, .3, .2, 80}));
    assertEquals(-1, RankCorrelation.spearman(new double[] {1, 2, 3}, new double[] {8, 4, -1}));
  }

  @Test
  void equalNumbersShareTheirRanks() {
    // scipy.stats.spearmanr([1, 2, 2, 4, 5], [3, 1, 4, 4, 9])
    assertEquals(
        0.7631578947368421,
        RankCorrelation.spearman(new double[] {1, 2, 2, 4, 5}, new double[] {3, 1, 4, 4, 9}),
        1e-12);
  }

  @Test
  void nothingToCompareIsNoNumber() {
    assertTrue(Double.isNaN(RankCorrelation.spearman(new double[0], new double[0])));
    assertTrue(Double.isNaN(RankCorrelation.spearman(new double[] {1, 1}, new double[] {1, 2})));
    assertThrows(
        IllegalArgumentException.class,
        () -> RankCorrelation.spearman(new double[1], new double[2]));
  }
}

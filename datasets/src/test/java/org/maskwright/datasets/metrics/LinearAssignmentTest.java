package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class LinearAssignmentTest {
  private static final double[][] ALIKE = {{0.9, 0.8}, {0.7, 0.1}, {0.2, 0.2}};

  private static int[] mostAlike(double least) {
    return LinearAssignment.mostAlike(3, 2, least, (row, column) -> ALIKE[row][column]);
  }

  @Test
  void theLargestSumIsTakenNotTheLargestPair() {
    assertArrayEquals(new int[] {1, 0, -1}, mostAlike(0.15));
  }

  @Test
  void whatIsTooUnlikeIsNoPair() {
    assertArrayEquals(new int[] {0, -1, -1}, mostAlike(0.85));
    assertArrayEquals(new int[] {-1, -1, -1}, mostAlike(0.95));
  }

  @Test
  void withoutColumnsEachRowIsLeftOver() {
    assertArrayEquals(
        new int[] {-1}, LinearAssignment.mostAlike(1, 0, 0.5, (row, column) -> Double.NaN));
  }
}

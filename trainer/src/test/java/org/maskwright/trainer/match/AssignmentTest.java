package org.maskwright.trainer.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class AssignmentTest {

  @Test
  void equalsTheCheapestOfAllAssignmentsForEverySmallShape() {
    var random = new Random(1);
    for (int rows = 0; rows <= 6; rows++) {
      for (int columns = 0; columns <= 6; columns++) {
        for (int trial = 0; trial < 20; trial++) {
          boolean ties = trial % 2 == 0;
          var costs = new float[rows * columns];
          for (int i = 0; i < costs.length; i++) {
            costs[i] = ties ? random.nextInt(3) - 1 : random.nextFloat() * 10 - 5;
          }
          Assignment solved = Assignment.solve(costs, rows, columns);
          assertValid(solved, rows, columns);
          assertEquals(cheapest(costs, rows, columns), cost(solved, costs, columns), 1e-12);
        }
      }
    }
  }

  @Test
  void moreObjectsThanQueriesAssignsEveryQuery() {
    Assignment solved = Assignment.solve(new float[] {5, 1, 9, 2, 1, 7}, 2, 3);
    assertArrayEquals(new int[] {0, 1}, solved.rows());
    assertArrayEquals(new int[] {1, 0}, solved.columns());
  }

  @Test
  void noObjectsGiveAnEmptyAssignment() {
    assertEquals(0, Assignment.solve(new float[0], 100, 0).size());
    assertEquals(0, Assignment.solve(new float[0], 0, 100).size());
    assertEquals(0, Assignment.solve(new float[0], 0, 0).size());
  }

  @Test
  void transposingTheCostsTransposesTheAssignment() {
    var random = new Random(2);
    int rows = 37;
    int columns = 21;
    var costs = new float[rows * columns];
    var transposed = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        costs[r * columns + c] = (float) random.nextGaussian();
        transposed[c * rows + r] = costs[r * columns + c];
      }
    }
    Assignment solved = Assignment.solve(costs, rows, columns);
    Assignment mirrored = Assignment.solve(transposed, columns, rows);
    var columnOf = new int[rows];
    for (int i = 0; i < solved.size(); i++) {
      columnOf[solved.row(i)] = solved.column(i);
    }
    for (int i = 0; i < mirrored.size(); i++) {
      assertEquals(mirrored.row(i), columnOf[mirrored.column(i)]);
    }
  }

  @Test
  void addingAConstantToARowKeepsTheAssignmentCheapest() {
    // While every row is assigned. Sums below 2^24 are exact as floats.
    int rows = 20;
    int columns = 30;
    var random = new Random(3);
    var costs = new float[rows * columns];
    var shifted = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        costs[r * columns + c] = random.nextInt(1000);
        shifted[r * columns + c] = costs[r * columns + c] + (1 << 19) * r;
      }
    }
    Assignment solved = Assignment.solve(shifted, rows, columns);
    assertEquals(
        cost(Assignment.solve(costs, rows, columns), costs, columns), cost(solved, costs, columns));
  }

  @Test
  void hugeAndTinyFiniteCostsAreSolvedExactly() {
    float big = Float.MAX_VALUE;
    Assignment solved = Assignment.solve(new float[] {big, 1, -big, big}, 2, 2);
    assertArrayEquals(new int[] {1, 0}, solved.columns());
  }

  @Test
  void theInputIsNotChanged() {
    float[] costs = {3, 1, 2, 4};
    Assignment.solve(costs, 2, 2);
    assertArrayEquals(new float[] {3, 1, 2, 4}, costs);
  }

  @Test
  void anAssignmentSaysItsPairs() {
    assertEquals(
        "Assignment[rows=[0, 1], columns=[1, 0]]",
        Assignment.solve(new float[] {1, 0, 0, 1}, 2, 2).toString());
  }

  @Test
  void nonFiniteCostsAreRefusedWithTheirRowAndColumn() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> Assignment.solve(new float[] {0, 0, 0, 0, bad, 0}, 2, 3));
      assertTrue(error.getMessage().contains("row 1, column 1 of [2,3]"), error.getMessage());
      assertTrue(error.getMessage().contains(Float.toString(bad)), error.getMessage());
    }
  }

  @Test
  void aWrongNumberOfCostsIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Assignment.solve(new float[5], 2, 3));
    assertThrows(IllegalArgumentException.class, () -> Assignment.solve(new float[6], -2, -3));
  }

  private static void assertValid(Assignment solved, int rows, int columns) {
    assertEquals(Math.min(rows, columns), solved.size());
    var taken = new boolean[columns];
    for (int i = 0; i < solved.size(); i++) {
      assertTrue(i == 0 || solved.row(i) > solved.row(i - 1), () -> "rows ascend: " + solved);
      assertTrue(!taken[solved.column(i)], () -> "a column twice: " + solved);
      taken[solved.column(i)] = true;
    }
  }

  private static double cost(Assignment solved, float[] costs, int columns) {
    double sum = 0;
    for (int i = 0; i < solved.size(); i++) {
      sum += costs[solved.row(i) * columns + solved.column(i)];
    }
    return sum;
  }

  private static double cheapest(float[] costs, int rows, int columns) {
    return rows <= columns
        ? cheapest(costs, rows, columns, 0, new boolean[columns])
        : cheapest(transposed(costs, rows, columns), columns, rows, 0, new boolean[rows]);
  }

  private static double cheapest(float[] costs, int rows, int columns, int row, boolean[] taken) {
    if (row == rows) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    for (int c = 0; c < columns; c++) {
      if (!taken[c]) {
        taken[c] = true;
        best =
            Math.min(
                best, costs[row * columns + c] + cheapest(costs, rows, columns, row + 1, taken));
        taken[c] = false;
      }
    }
    return best;
  }

  private static float[] transposed(float[] costs, int rows, int columns) {
    var result = new float[costs.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = costs[(i % rows) * columns + i / rows];
    }
    return result;
  }
}

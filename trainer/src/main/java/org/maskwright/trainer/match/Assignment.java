package org.maskwright.trainer.match;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.maskwright.datasets.metrics.LinearAssignment;

/**
 * Pairs of rows and columns (in training: of queries and objects), no two of them in the same row;
 * {@link #solve} finds the cheapest one-to-one assignment. Every row is assigned then if there are
 * at least as many columns, otherwise every column is.
 *
 * <p><b>Maths</b> minimises the sum of cost[row][column] over all ways to pick min(rows, columns)
 * entries with no two in the same row or column. Exact up to double rounding, whatever the costs'
 * signs.
 *
 * <p><b>Source</b> {@link LinearAssignment}, which is SciPy's {@code linear_sum_assignment}, its
 * choice among equally cheap assignments included.
 *
 * <p><b>Cost, memory, threads</b> O(min^2 * max) at worst; allocates one or two double copies of
 * the matrix. The result is immutable.
 */
public final class Assignment {
  private final int[] rows; // ascending
  private final int[] columns; // the column of each entry of rows

  private Assignment(int[] rows, int[] columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Solves for finite costs.
   *
   * <p><b>Shapes</b> costs [rows, columns], row-major
   *
   * @throws IllegalArgumentException if the number of costs is not rows * columns, a size is
   *     negative, or a cost is NaN or infinite
   */
  public static Assignment solve(float[] costs, int rows, int columns) {
    var exact = new double[costs.length];
    for (int i = 0; i < costs.length; i++) {
      exact[i] = costs[i];
    }
    return fromColumns(LinearAssignment.columns(exact, rows, columns));
  }

  /**
   * Given pairs.
   *
   * @param rows of the pairs, ascending
   * @param columns of the pairs
   * @throws IllegalArgumentException if the numbers differ or the rows do not ascend
   */
  public static Assignment of(int[] rows, int[] columns) {
    boolean ascending = true;
    for (int i = 1; i < rows.length; i++) {
      ascending &= rows[i] > rows[i - 1];
    }
    if (rows.length != columns.length || !ascending) {
      throw new IllegalArgumentException(
          "assignment: expected ascending rows and as many columns, got "
              + Arrays.toString(rows)
              + " and "
              + Arrays.toString(columns));
    }
    return new Assignment(rows.clone(), columns.clone());
  }

  /** The number of assigned pairs. */
  public int size() {
    return rows.length;
  }

  /** The row of pair {@code i}; rows ascend with {@code i}. */
  public int row(int i) {
    return rows[i];
  }

  /** The column of pair {@code i}. */
  public int column(int i) {
    return columns[i];
  }

  /** A copy of the rows of all pairs, ascending. */
  public int[] rows() {
    return rows.clone();
  }

  /** A copy of the columns of all pairs, in the order of {@link #rows()}. */
  public int[] columns() {
    return columns.clone();
  }

  @Override
  public String toString() {
    return "Assignment[rows="
        + Arrays.toString(rows)
        + ", columns="
        + Arrays.toString(columns)
        + "]";
  }

  private static Assignment fromColumns(int[] columnOf) {
    int[] rows = IntStream.range(0, columnOf.length).filter(r -> columnOf[r] >= 0).toArray();
    return new Assignment(rows, Arrays.stream(rows).map(r -> columnOf[r]).toArray());
  }
}

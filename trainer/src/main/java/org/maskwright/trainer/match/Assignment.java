package org.maskwright.trainer.match;

import java.util.Arrays;

/**
 * Pairs of rows and columns (in training: of queries and objects), no two of them in the same row;
 * {@link #solve} finds the cheapest one-to-one assignment. Every row is assigned then if there are
 * at least as many columns, otherwise every column is.
 *
 * <p><b>Maths</b> minimises the sum of cost[row][column] over all ways to pick min(rows, columns)
 * entries with no two in the same row or column. Exact up to double rounding, whatever the costs'
 * signs.
 *
 * <p><b>Source</b> shortest augmenting paths with dual variables (Jonker and Volgenant 1987, in the
 * rectangular form of Crouse 2016, which SciPy's {@code linear_sum_assignment} uses too). Among
 * equally cheap assignments the choice depends on the costs only, so it repeats from run to run.
 *
 * <p><b>Cost, memory, threads</b> O(min^2 * max) at worst; allocates one or two double copies of
 * the matrix. The result is immutable.
 */
public final class Assignment {
  private static final int NONE = -1;

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
    checkSize(costs.length, rows, columns);
    var exact = new double[costs.length];
    for (int i = 0; i < costs.length; i++) {
      if (!Float.isFinite(costs[i])) {
        throw new IllegalArgumentException(
            "costs: expected finite numbers, got "
                + costs[i]
                + " for row "
                + i / columns
                + ", column "
                + i % columns
                + " of ["
                + rows
                + ","
                + columns
                + "]");
      }
      exact[i] = costs[i];
    }
    boolean wide = rows <= columns;
    double[] work = wide ? exact : transposed(exact, rows, columns);
    int[] columnOf =
        new AugmentingPaths(work, Math.min(rows, columns), Math.max(rows, columns)).run();
    return wide ? fromColumns(columnOf) : fromRows(columnOf, rows, columns);
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

  private static void checkSize(int length, int rows, int columns) {
    if (rows < 0 || columns < 0 || (long) rows * columns != length) {
      throw new IllegalArgumentException(
          "costs: expected [" + rows + "," + columns + "] entries, got " + length);
    }
  }

  private static double[] transposed(double[] costs, int rows, int columns) {
    var result = new double[costs.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = costs[r * columns + c];
      }
    }
    return result;
  }

  private static Assignment fromColumns(int[] columnOf) {
    var rows = new int[columnOf.length];
    Arrays.setAll(rows, r -> r);
    return new Assignment(rows, columnOf);
  }

  private static Assignment fromRows(int[] rowOf, int rows, int columns) {
    var columnOf = new int[rows];
    Arrays.fill(columnOf, NONE);
    for (int c = 0; c < columns; c++) {
      columnOf[rowOf[c]] = c;
    }
    var pairRows = new int[columns];
    var pairColumns = new int[columns];
    int pair = 0;
    for (int r = 0; r < rows; r++) {
      if (columnOf[r] != NONE) {
        pairRows[pair] = r;
        pairColumns[pair] = columnOf[r];
        pair++;
      }
    }
    return new Assignment(pairRows, pairColumns);
  }

  /**
   * Assigns one row after the other, each along the cheapest alternating path to a free column. The
   * duals keep every reduced cost cost - u[row] - v[column] at or above 0, and at 0 where assigned.
   */
  private static final class AugmentingPaths {
    private final double[] costs;
    private final int rows;
    private final int columns;
    private final double[] u;
    private final double[] v;
    private final int[] columnOf;
    private final int[] rowOf;
    // Of the search for the current row:
    private final double[] distance; // of each column from the row
    private final int[] previousRow; // on the path to each column
    private final int[] open; // columns not settled yet, in its first openCount entries
    private final int[] settled; // columns in the order they were settled

    /** rows is at most columns. */
    AugmentingPaths(double[] costs, int rows, int columns) {
      this.costs = costs;
      this.rows = rows;
      this.columns = columns;
      u = new double[rows];
      v = new double[columns];
      columnOf = new int[rows];
      rowOf = new int[columns];
      distance = new double[columns];
      previousRow = new int[columns];
      open = new int[columns];
      settled = new int[columns];
    }

    int[] run() {
      Arrays.fill(rowOf, NONE);
      for (int row = 0; row < rows; row++) {
        assign(row);
      }
      return columnOf;
    }

    private void assign(int start) {
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
      for (int i = 0; i < columns; i++) {
        open[i] = i;
      }
      int openCount = columns;
      int settledCount = 0;
      int row = start;
      double reached = 0;
      int column;
      do {
        int nearest = relax(row, reached, openCount);
        column = open[nearest];
        reached = distance[column];
        settled[settledCount++] = column;
        open[nearest] = open[--openCount];
        row = rowOf[column];
      } while (row != NONE);
      updateDuals(start, reached, settledCount);
      augment(start, column);
    }

    /** Shortens paths through {@code row}; returns the position in open of the nearest column. */
    private int relax(int row, double reached, int openCount) {
      int rowStart = row * columns;
      double offset = reached - u[row];
      double best = Double.POSITIVE_INFINITY;
      int nearest = 0;
      for (int i = 0; i < openCount; i++) {
        int column = open[i];
        double through = offset + costs[rowStart + column] - v[column];
        if (through < distance[column]) {
          distance[column] = through;
          previousRow[column] = row;
        }
        double length = distance[column];
        // Among equals a free column ends the search at once.
        if (length < best || (length == best && rowOf[column] == NONE)) {
          best = length;
          nearest = i;
        }
      }
      return nearest;
    }

    private void updateDuals(int start, double reached, int settledCount) {
      u[start] += reached;
      for (int i = 0; i < settledCount - 1; i++) { // the last one is the free column, at 0
        int column = settled[i];
        double slack = reached - distance[column];
        v[column] -= slack;
        u[rowOf[column]] += slack;
      }
    }

    private void augment(int start, int free) {
      int column = free;
      int row;
      do {
        row = previousRow[column];
        int next = columnOf[row];
        columnOf[row] = column;
        rowOf[column] = row;
        column = next;
      } while (row != start);
    }
  }
}

package org.maskwright.datasets.metrics;

import java.util.Arrays;

/**
 * The cheapest one-to-one assignment of rows to columns.
 *
 * <p><b>Maths</b> minimises the sum of cost[row][column] over all ways to pick min(rows, columns)
 * entries with no two in the same row or column. Exact up to double rounding, whatever the costs'
 * signs.
 *
 * <p><b>Source</b> shortest augmenting paths with dual variables (Jonker and Volgenant 1987, in the
 * rectangular form of Crouse 2016, which SciPy's {@code linear_sum_assignment} uses too). Among
 * equally cheap assignments the choice is SciPy's: columns are visited in its order and sums are
 * taken in its order, because metrics of tracking depend on which of two equals is taken.
 *
 * <p><b>Cost, memory, threads</b> O(min^2 * max) at worst; allocates one double copy of the matrix
 * where there are more rows than columns. Any thread.
 */
public final class LinearAssignment {
  private static final int NONE = -1;

  private LinearAssignment() {}

  /**
   * The column of each row, -1 for rows that are left over.
   *
   * <p><b>Shapes</b> costs [rows, columns], row-major, finite; not changed
   *
   * @throws IllegalArgumentException if the number of costs is not rows * columns or a cost is NaN
   *     or infinite
   */
  public static int[] columns(double[] costs, int rows, int columns) {
    check(costs, rows, columns);
    if (rows <= columns) {
      return new AugmentingPaths(costs, rows, columns).run();
    }
    int[] rowOf = new AugmentingPaths(transposed(costs, rows, columns), columns, rows).run();
    int[] columnOf = new int[rows];
    Arrays.fill(columnOf, NONE);
    for (int c = 0; c < columns; c++) {
      columnOf[rowOf[c]] = c;
    }
    return columnOf;
  }

  /** How much a row and a column are alike. */
  @FunctionalInterface
  public interface Likeness {
    /** The more, the better they go together. */
    double of(int row, int column);
  }

  /**
   * The column of each row for the largest sum of likeness, -1 for rows that are left over. Pairs
   * that are less alike than {@code least} are none.
   *
   * @param least above 0
   * @param likeness asked once for each pair; finite
   */
  public static int[] mostAlike(int rows, int columns, double least, Likeness likeness) {
    double[] costs = new double[Math.multiplyExact(rows, columns)];
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        double alike = likeness.of(r, c);
        costs[r * columns + c] = alike < least ? 0 : -alike;
      }
    }
    int[] columnOf = columns(costs, rows, columns);
    for (int r = 0; r < rows; r++) {
      if (columnOf[r] >= 0 && costs[r * columns + columnOf[r]] == 0) {
        columnOf[r] = NONE;
      }
    }
    return columnOf;
  }

  private static void check(double[] costs, int rows, int columns) {
    if (rows < 0 || columns < 0 || (long) rows * columns != costs.length) {
      throw new IllegalArgumentException(
          "costs: expected [" + rows + "," + columns + "] entries, got " + costs.length);
    }
    for (int i = 0; i < costs.length; i++) {
      if (!Double.isFinite(costs[i])) {
        throw new IllegalArgumentException(
            "costs: expected finite numbers, got %s for row %d, column %d of [%d,%d]"
                .formatted(costs[i], i / columns, i % columns, rows, columns));
      }
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
        open[i] = columns - 1 - i; // equal costs: the identity
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
      double potential = u[row];
      double best = Double.POSITIVE_INFINITY;
      int nearest = 0;
      for (int i = 0; i < openCount; i++) {
        int column = open[i];
        double through = reached + costs[rowStart + column] - potential - v[column];
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

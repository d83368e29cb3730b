package org.maskwright.datasets.mask;

import java.util.Arrays;
import java.util.List;

/**
 * Makes one ring of several: each is reached by a cut from the nearest point of those before it,
 * and left by the same.
 *
 * <p><b>Cost, memory</b> points are found by a grid that has as many cells as there are points, so
 * that a ring costs what it is long, however many there are; about 40 bytes a point.
 */
final class RingJoiner {
  private final double[] xs;
  private final double[] ys;
  private final int[] next; // point behind each in the joined ring
  private int points;

  private final double left;
  private final double top;
  private final double side; // of a cell
  private final int columns;
  private final int rows;
  private final int[] newest; // of each cell; -1 without a point
  private final int[] older; // in the cell of each point

  private RingJoiner(List<double[]> rings) {
    int total = 2 * (rings.size() - 1) + rings.stream().mapToInt(ring -> ring.length / 2).sum();
    xs = new double[total];
    ys = new double[total];
    next = new int[total];
    older = new int[total];
    double minX = Double.POSITIVE_INFINITY;
    double minY = Double.POSITIVE_INFINITY;
    double maxX = Double.NEGATIVE_INFINITY;
    double maxY = Double.NEGATIVE_INFINITY;
    for (double[] ring : rings) {
      for (int i = 0; i < ring.length; i += 2) {
        minX = Math.min(minX, ring[i]);
        maxX = Math.max(maxX, ring[i]);
        minY = Math.min(minY, ring[i + 1]);
        maxY = Math.max(maxY, ring[i + 1]);
      }
    }
    left = minX;
    top = minY;
    side = Math.max(1, Math.sqrt((maxX - minX) * (maxY - minY) / total));
    columns = 1 + (int) ((maxX - minX) / side);
    rows = 1 + (int) ((maxY - minY) / side);
    newest = new int[Math.multiplyExact(columns, rows)];
    Arrays.fill(newest, -1);
  }

  /** The joined ring, from the first point of the first on. */
  static double[] join(List<double[]> rings) {
    RingJoiner joiner = new RingJoiner(rings);
    joiner.first(rings.get(0));
    rings.subList(1, rings.size()).forEach(joiner::insert);
    return joiner.ring();
  }

  private void first(double[] ring) {
    int last = append(ring);
    next[last] = 0;
    index(0, last + 1);
  }

  private void insert(double[] ring) {
    int from = nearest(ring[0], ring[1]);
    int begin = points;
    int last = append(ring);
    int again = point(xs[begin], ys[begin]);
    int back = point(xs[from], ys[from]);
    next[last] = again;
    next[again] = back;
    next[back] = next[from];
    next[from] = begin;
    index(begin, last + 1);
  }

  /** Takes in the points of a ring, each behind the one before; the last of them. */
  private int append(double[] ring) {
    for (int i = 0; i < ring.length; i += 2) {
      int at = point(ring[i], ring[i + 1]);
      next[at] = at + 1;
    }
    return points - 1;
  }

  private int point(double x, double y) {
    xs[points] = x;
    ys[points] = y;
    return points++;
  }

  private void index(int begin, int end) {
    for (int i = begin; i < end; i++) {
      int cell = row(ys[i]) * columns + column(xs[i]);
      older[i] = newest[cell];
      newest[cell] = i;
    }
  }

  private int column(double x) {
    return (int) ((x - left) / side);
  }

  private int row(double y) {
    return (int) ((y - top) / side);
  }

  /** The nearest point, of several the first. */
  private int nearest(double x, double y) {
    Search search = new Search(x, y);
    int column = column(x);
    int row = row(y);
    // What lies beyond a square of cells around the point's own is at least its reach away.
    for (int reach = 0; search.distance > (reach - 1) * side; reach++) {
      for (int r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++) {
        boolean edge = Math.abs(r - row) == reach;
        int step = edge || reach == 0 ? 1 : 2 * reach;
        for (int c = column - reach; c <= column + reach; c += step) {
          if (c >= 0 && c < columns) {
            search.cell(r * columns + c);
          }
        }
      }
    }
    return search.best;
  }

  /** Points that are looked at for the nearest. */
  private final class Search {
    private final double x;
    private final double y;
    private int best = -1;
    private double distance = Double.POSITIVE_INFINITY;

    Search(double x, double y) {
      this.x = x;
      this.y = y;
    }

    void cell(int cell) {
      for (int i = newest[cell]; i >= 0; i = older[i]) {
        double to = Math.hypot(xs[i] - x, ys[i] - y);
        if (to < distance || (to == distance && i < best)) {
          best = i;
          distance = to;
        }
      }
    }
  }

  private double[] ring() {
    double[] ring = new double[2 * points];
    for (int i = 0, at = 0; i < points; i++, at = next[at]) {
      ring[2 * i] = xs[at];
      ring[2 * i + 1] = ys[at];
    }
    return ring;
  }
}

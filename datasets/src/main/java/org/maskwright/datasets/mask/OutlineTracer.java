package org.maskwright.datasets.mask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the edges between a mask's pixels and the rest, the mask on the right hand. Works on the
 * mask's vertical runs: the top of a run is an edge from left to right, of which each outline has
 * at least one.
 */
final class OutlineTracer {
  private static final int[] STEP_X = {1, 0, -1, 0}; // right, down, left, up
  private static final int[] STEP_Y = {0, 1, 0, -1};
  private static final int DIRECTIONS = 4;

  private final int left;
  private final int[] firstOfColumn; // of the columns left, left + 1, ...
  private int[] tops = new int[64];
  private int[] bottoms = new int[64]; // exclusive
  private int[] columns = new int[64];
  private int runs;
  private final int[] parts; // of each run: a run of the same part, itself for one of them
  private final BitSet followed = new BitSet(); // runs whose top edge is part of a ring

  OutlineTracer(Rle mask) {
    Box box = mask.box();
    left = (int) box.x();
    mask.forEachRun(this::add);
    firstOfColumn = new int[(int) box.width() + 1];
    for (int run = 0; run < runs; run++) {
      firstOfColumn[columns[run] - left + 1]++;
    }
    for (int column = 1; column < firstOfColumn.length; column++) {
      firstOfColumn[column] += firstOfColumn[column - 1];
    }
    parts = new int[runs];
    Arrays.setAll(parts, run -> run);
    for (int column = 1; column < firstOfColumn.length - 1; column++) {
      joinColumns(column);
    }
  }

  private void add(int x, int top, int bottom) {
    if (runs > 0 && columns[runs - 1] == x && bottoms[runs - 1] == top) {
      bottoms[runs - 1] = bottom; // a file may part a run by one of no length
      return;
    }
    if (runs == tops.length) {
      tops = Arrays.copyOf(tops, 2 * runs);
      bottoms = Arrays.copyOf(bottoms, 2 * runs);
      columns = Arrays.copyOf(columns, 2 * runs);
    }
    tops[runs] = top;
    bottoms[runs] = bottom;
    columns[runs++] = x;
  }

  /** Runs of a column and the one before that share an edge are of one part. */
  private void joinColumns(int column) {
    int before = firstOfColumn[column - 1];
    int run = firstOfColumn[column];
    while (before < firstOfColumn[column] && run < firstOfColumn[column + 1]) {
      if (tops[before] < bottoms[run] && tops[run] < bottoms[before]) {
        parts[part(run)] = part(before);
      }
      if (bottoms[before] < bottoms[run]) {
        before++;
      } else {
        run++;
      }
    }
  }

  private int part(int run) {
    int root = run;
    while (parts[root] != root) {
      parts[root] = parts[parts[root]];
      root = parts[root];
    }
    return root;
  }

  List<Outline> trace() {
    Map<Integer, Rings> ringsOf = new HashMap<>();
    List<Rings> inOrder = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      if (!followed.get(run)) {
        Rings rings = ringsOf.get(part(run));
        if (rings == null) {
          rings = new Rings();
          ringsOf.put(part(run), rings);
          inOrder.add(rings);
        }
        follow(run, rings);
      }
    }
    return inOrder.stream().map(Rings::outline).toList();
  }

  /** Once around, from the left end of a run's top edge, which is a corner. */
  private void follow(int start, Rings rings) {
    int x = columns[start];
    int y = tops[start];
    int direction = 0;
    rings.begin();
    do {
      if (direction == 0) {
        followed.set(runAt(x, y));
      }
      x += STEP_X[direction];
      y += STEP_Y[direction];
      boolean aheadRight = isAheadRight(x, y, direction);
      boolean aheadLeft = isAheadLeft(x, y, direction);
      if (!aheadRight) { // also where two pixels touch at this corner: they are apart
        direction = (direction + 1) % DIRECTIONS;
        rings.corner(x, y, aheadLeft);
      } else if (aheadLeft) {
        direction = (direction + DIRECTIONS - 1) % DIRECTIONS;
        rings.corner(x, y, false);
      }
    } while (direction != 0 || x != columns[start] || y != tops[start]);
    rings.end();
  }

  private boolean isAheadRight(int x, int y, int direction) {
    return switch (direction) {
      case 0 -> runAt(x, y) >= 0;
      case 1 -> runAt(x - 1, y) >= 0;
      case 2 -> runAt(x - 1, y - 1) >= 0;
      default -> runAt(x, y - 1) >= 0;
    };
  }

  private boolean isAheadLeft(int x, int y, int direction) {
    return isAheadRight(x, y, (direction + DIRECTIONS - 1) % DIRECTIONS);
  }

  /** The run that holds a pixel, or -1. */
  private int runAt(int x, int y) {
    int column = x - left;
    if (column < 0 || column >= firstOfColumn.length - 1) {
      return -1;
    }
    int found = Arrays.binarySearch(tops, firstOfColumn[column], firstOfColumn[column + 1], y);
    int run = found >= 0 ? found : -found - 2;
    return run >= firstOfColumn[column] && y < bottoms[run] ? run : -1;
  }

  /** The rings of one part. A way that comes to a corner again has closed a ring there. */
  private static final class Rings {
    private double[] outer;
    private final List<double[]> holes = new ArrayList<>();
    private final Map<Long, Integer> meetings = new HashMap<>(); // where on the way
    private double[] way = new double[64];
    private int length;

    void begin() {
      length = 0;
      meetings.clear();
    }

    /**
     * A corner of the way.
     *
     * @param shared whether two pixels of the mask touch here, so that the way comes here twice
     */
    void corner(int x, int y, boolean shared) {
      if (shared) {
        Integer before = meetings.putIfAbsent(key(x, y), length);
        if (before != null) {
          close(before);
          for (int i = before + 2; i < length; i += 2) {
            meetings.remove(key((int) way[i], (int) way[i + 1]));
          }
          length = before;
        }
      }
      if (length + 2 > way.length) {
        way = Arrays.copyOf(way, 2 * way.length);
      }
      way[length] = x;
      way[length + 1] = y;
      length += 2;
    }

    private static long key(int x, int y) {
      return (long) x << Integer.SIZE | y;
    }

    void end() {
      close(0);
    }

    private void close(int from) {
      double[] ring = Arrays.copyOfRange(way, from, length);
      if (RingSimplifier.area(ring) > 0) {
        outer = ring;
      } else {
        holes.add(ring);
      }
    }

    Outline outline() {
      return new Outline(outer, holes);
    }
  }
}

package org.maskwright.datasets.mask;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/** Closed polygons with fewer points, after Douglas and Peucker (1973). */
final class RingSimplifier {
  private static final int LEAST_POINTS = 3;

  private RingSimplifier() {}

  /** The area that a ring encloses, positive if it runs clockwise on the screen (y down). */
  static double area(double[] ring) {
    double twice = 0;
    for (int i = 0; i < ring.length; i += 2) {
      int next = i + 2 == ring.length ? 0 : i + 2;
      twice += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
    }
    return twice / 2;
  }

  /**
   * Between two points of the ring that are far apart, the farthest point from the line through
   * them is kept if it is farther than the tolerance, and so on in both halves.
   */
  static double[] simplify(double[] ring, double tolerance) {
    int points = ring.length / 2;
    int opposite = farthest(ring, 0, 0, 1, points - 1);
    BitSet kept = new BitSet(points);
    kept.set(0);
    kept.set(opposite);
    Deque<int[]> stretches = new ArrayDeque<>();
    stretches.push(new int[] {0, opposite});
    stretches.push(new int[] {opposite, points});
    while (!stretches.isEmpty()) {
      int[] stretch = stretches.pop();
      int from = stretch[0];
      int to = stretch[1];
      if (to - from < 2) {
        continue;
      }
      int far = farthest(ring, from, to % points, from + 1, to - 1);
      if (distance(ring, from, to % points, far) > tolerance) {
        kept.set(far);
        stretches.push(new int[] {from, far});
        stretches.push(new int[] {far, to});
      }
    }
    return chosen(ring, kept);
  }

  private static double[] chosen(double[] ring, BitSet kept) {
    double[] simple = new double[2 * kept.cardinality()];
    int at = 0;
    for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
      simple[at++] = ring[2 * i];
      simple[at++] = ring[2 * i + 1];
    }
    boolean flat = simple.length < 2 * LEAST_POINTS || area(simple) * area(ring) <= 0;
    return flat ? ring : simple;
  }

  /** The point of {@code first..last} that is farthest from the stretch between two others. */
  private static int farthest(double[] ring, int a, int b, int first, int last) {
    int farthest = first;
    double most = -1;
    for (int i = first; i <= last; i++) {
      double distance = distance(ring, a, b, i);
      if (distance > most) {
        most = distance;
        farthest = i;
      }
    }
    return farthest;
  }

  /** From point p to the stretch between the points a and b. */
  private static double distance(double[] ring, int a, int b, int p) {
    double dx = ring[2 * b] - ring[2 * a];
    double dy = ring[2 * b + 1] - ring[2 * a + 1];
    double x = ring[2 * p] - ring[2 * a];
    double y = ring[2 * p + 1] - ring[2 * a + 1];
    double squared = dx * dx + dy * dy;
    double along = squared == 0 ? 0 : Math.max(0, Math.min(1, (x * dx + y * dy) / squared));
    return Math.hypot(x - along * dx, y - along * dy);
  }
}

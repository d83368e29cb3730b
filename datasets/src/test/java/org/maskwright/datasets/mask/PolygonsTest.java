package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolygonsTest {
  private static final int[] WALK_X = new int[4_000_000];
  private static final int[] WALK_Y = new int[4_000_000];

  /**
   * The rule as it is written down: every point of the outline, then the crossings. A slow twin of
   * the fast code.
   */
  private static int[] outline(double[] part, int h, int w) {
    int k = part.length / 2;
    int[] px = new int[k + 1];
    int[] py = new int[k + 1];
    for (int j = 0; j < k; j++) {
      px[j] = (int) (5 * part[2 * j] + 0.5);
      py[j] = (int) (5 * part[2 * j + 1] + 0.5);
    }
    px[k] = px[0];
    py[k] = py[0];
    int[] u = WALK_X;
    int[] v = WALK_Y;
    int m = 0;
    for (int j = 0; j < k; j++) {
      int xs = px[j];
      int xe = px[j + 1];
      int ys = py[j];
      int ye = py[j + 1];
      int dx = Math.abs(xe - xs);
      int dy = Math.abs(ye - ys);
      boolean flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
      if (flip) {
        int t = xs;
        xs = xe;
        xe = t;
        t = ys;
        ys = ye;
        ye = t;
      }
      double s = dx >= dy ? (double) (ye - ys) / dx : (double) (xe - xs) / dy;
      for (int d = 0; d <= Math.max(dx, dy); d++) {
        int t = flip ? Math.max(dx, dy) - d : d;
        u[m] = dx >= dy ? t + xs : (int) (xs + s * t + 0.5);
        v[m++] = dx >= dy ? (int) (ys + s * t + 0.5) : t + ys;
      }
    }
    int[] at = new int[m + 1];
    int n = 0;
    for (int j = 1; j < m; j++) {
      if (u[j] != u[j - 1]) {
        double xd = ((u[j] < u[j - 1] ? u[j] : u[j] - 1) + 0.5) / 5 - 0.5;
        if (Math.floor(xd) == xd && xd >= 0 && xd <= w - 1) {
          double yd = (Math.min(v[j], v[j - 1]) + 0.5) / 5 - 0.5;
          yd = Math.ceil(yd < 0 ? 0 : yd > h ? h : yd);
          at[n++] = ((int) xd) * h + (int) yd;
        }
      }
    }
    at[n++] = h * w;
    Arrays.sort(at, 0, n);
    int[] counts = new int[n];
    int previous = 0;
    for (int j = 0; j < n; j++) {
      counts[j] = at[j] - previous;
      previous = at[j];
    }
    int size = 1;
    for (int j = 1; j < n; ) {
      if (counts[j] > 0) {
        counts[size++] = counts[j++];
      } else if (++j < n) {
        counts[size - 1] += counts[j++];
      }
    }
    return Arrays.copyOf(counts, size);
  }

  @Test
  void crossingsEqualTheWalkedOutline() {
    Random random = new Random(7);
    for (int round = 0; round < 3000; round++) {
      int h = 1 + random.nextInt(60);
      int w = 1 + random.nextInt(60);
      double[] part = new double[2 + random.nextInt(24)];
      double spread = random.nextInt(4) == 0 ? 500 : 1.5;
      for (int i = 0; i < part.length; i++) {
        double side = i % 2 == 0 ? w : h;
        part[i] = (random.nextDouble() - 0.2) * side * spread;
        if (round % 3 == 0) {
          part[i] = Math.rint(part[i] * 2) / 2;
        }
      }
      assertArrayEquals(outline(part, h, w), Polygons.toRle(part, h, w).counts());
    }
  }

  @Test
  void aBoxCoversItsPixels() {
    Rle mask = Polygons.toRle(new Box(2, 1, 3, 4), 8, 9);
    assertEquals(12, mask.area());
    assertEquals(new Box(2, 1, 3, 4), mask.box());
  }

  @Test
  void partsAreUnitedNotToggled() {
    double[] square = {0, 0, 4, 0, 4, 4, 0, 4};
    assertEquals(16, Polygons.toRle(List.of(square, square), 8, 8).area());
  }

  /**
   * Two lines that meet in (1, 2) cut a wedge from the left; how far they come from is the same.
   */
  private static double[] wedge(double far) {
    return new double[] {-far, -far, far, -far + 1, far, far, -far + 3, far, 1, 2};
  }

  @Test
  void farVerticesGiveTheMaskOfNearOnesOnTheSameLines() {
    Rle mask = Polygons.toRle(wedge(Polygons.MAX_COORDINATE), 8, 8);
    assertArrayEquals(outline(wedge(1000), 8, 8), mask.counts());
    assertEquals(63, mask.area());
  }

  @Test
  void partsThatAreNoPolygonsAreRefused() {
    for (double[] part :
        new double[][] {
          {},
          {1, 2},
          {1, 2, 3, 4},
          {0, 0, 4, Double.NaN, 4, 4},
          {0, 0, 4, 5e8, 4, 4},
          {0, 0, Double.POSITIVE_INFINITY, 1, 4, 4}
        }) {
      assertThrows(IllegalArgumentException.class, () -> Polygons.toRle(List.of(part), 8, 8));
    }
    assertThrows(IllegalArgumentException.class, () -> Polygons.toRle(List.of(), 8, 8));
  }

  /** Few crossings a column, and more than are sorted one past another. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 60})
  void aCombIsItsBackAndItsTeeth(int teeth) {
    int height = 4 * teeth;
    List<Double> comb = new ArrayList<>(List.of(0.0, 0.0, 0.0, 1.0 * height, 10.0, 1.0 * height));
    List<Rle> parts = new ArrayList<>();
    parts.add(Polygons.toRle(new Box(0, 0, 10, height), height + 3, 64));
    for (int tooth = teeth - 1; tooth >= 0; tooth--) {
      double y = 4.0 * tooth;
      comb.addAll(List.of(10.0, y + 2, 50.0, y + 2, 50.0, y, 10.0, y));
      parts.add(Polygons.toRle(new Box(10, y, 40, 2), height + 3, 64));
    }
    double[] outline = comb.stream().mapToDouble(c -> c).toArray();
    assertEquals(Rle.union(parts), Polygons.toRle(outline, height + 3, 64));
  }
}

package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutlineTest {
  @Test
  void aPixelIsASquare() {
    List<Outline> outlines = Outline.of(mask("....", "..#.", "...."));

    assertEquals(1, outlines.size());
    assertArrayEquals(new double[] {3, 1, 3, 2, 2, 2, 2, 1}, outlines.get(0).outer());
    assertTrue(outlines.get(0).holes().isEmpty());
  }

  @Test
  void aHoleIsARingOfItsOwn() {
    List<Outline> outlines = Outline.of(mask("#####", "#...#", "#.#.#", "#...#", "#####"));

    assertEquals(2, outlines.size());
    assertEquals(1, outlines.get(0).holes().size());
    assertEquals(25, RingSimplifier.area(outlines.get(0).outer()));
    assertEquals(-9, RingSimplifier.area(outlines.get(0).holes().get(0)));
    assertArrayEquals(new double[] {3, 2, 3, 3, 2, 3, 2, 2}, outlines.get(1).outer());
  }

  @Test
  void anEmptyMaskHasNoOutline() {
    assertTrue(Outline.of(Rle.empty(3, 4)).isEmpty());
  }

  @Test
  void aFullMaskIsOneRectangle() {
    List<Outline> outlines = Outline.of(Rle.ofCounts(3, 4, new int[] {0, 12}));

    assertEquals(1, outlines.size());
    assertEquals(8, outlines.get(0).outer().length);
  }

  @Test
  void pixelsThatTouchAtACornerAreApart() {
    assertEquals(2, Outline.of(mask("#.", ".#")).size());
    assertEquals(2, Outline.of(mask(".#", "#.")).size());
  }

  @Test
  void aBayBehindACornerIsAHole() {
    List<Outline> outlines = Outline.of(mask("###.", "#.##", "####"));

    assertEquals(1, outlines.size());
    assertEquals(1, outlines.get(0).holes().size());
  }

  @Test
  void runsOfNoLengthChangeNothing() {
    Rle parted = Rle.ofCounts(4, 2, new int[] {1, 1, 0, 1, 2, 0, 1, 1, 1});
    Rle whole = Rle.ofBitmap(parted.toBitmap(), 4, 2);

    assertEquals(Outline.of(whole).size(), Outline.of(parted).size());
    assertArrayEquals(Outline.of(whole).get(0).outer(), Outline.of(parted).get(0).outer());
  }

  @Test
  void rasterisedAgainTheOutlinesAreTheMask() {
    Random random = new Random(5);
    for (int n = 0; n < 3000; n++) {
      Rle mask = random(random, 1 + random.nextInt(12), 1 + random.nextInt(12));
      int height = mask.height();
      int width = mask.width();
      List<Outline> outlines = Outline.of(mask);
      if (outlines.isEmpty()) {
        continue;
      }
      List<double[]> bridged = outlines.stream().map(Outline::bridged).toList();
      List<double[]> rings = outlines.stream().flatMap(o -> o.rings().stream()).toList();

      assertArrayEquals(mask.toBitmap(), Polygons.toRle(bridged, height, width).toBitmap());
      assertArrayEquals(mask.toBitmap(), Polygons.evenOdd(rings, height, width).toBitmap());
      assertArrayEquals(mask.toBitmap(), evenOddAtCentres(rings, height, width));
      List<double[]> one = List.of(Outline.joined(rings));
      assertArrayEquals(mask.toBitmap(), Polygons.toRle(one, height, width).toBitmap());
      assertEquals(parts(mask), outlines.size());
    }
  }

  @Test
  void aRingIsReachedFromTheNearestPointBeforeIt() {
    Random random = new Random(8);
    for (int n = 0; n < 300; n++) {
      List<double[]> rings = new ArrayList<>();
      for (int count = 2 + random.nextInt(40); rings.size() < count; ) {
        double x = random.nextInt(1 + random.nextInt(500));
        double y = random.nextInt(1 + random.nextInt(60));
        rings.add(new double[] {x, y, x + 1 + random.nextInt(9), y, x, y + 1 + random.nextInt(9)});
      }
      double[] joined = Outline.joined(rings);
      double cuts = 0;
      for (int i = 1; i < rings.size(); i++) {
        double[] start = rings.get(i);
        double nearest = Double.POSITIVE_INFINITY;
        for (double[] before : rings.subList(0, i)) {
          for (int k = 0; k < before.length; k += 2) {
            double distance = Math.hypot(before[k] - start[0], before[k + 1] - start[1]);
            nearest = Math.min(nearest, distance);
          }
        }
        cuts += 2 * nearest;
      }
      double expected = cuts + rings.stream().mapToDouble(OutlineTest::length).sum();
      assertEquals(expected, length(joined), 1e-6);
      assertEquals(rings.get(0)[0], joined[0]);
    }
  }

  private static double length(double[] ring) {
    double length = 0;
    for (int i = 0; i < ring.length; i += 2) {
      int next = (i + 2) % ring.length;
      length += Math.hypot(ring[next] - ring[i], ring[next + 1] - ring[i + 1]);
    }
    return length;
  }

  @Test
  void noRingMeetsItself() {
    Random random = new Random(6);
    for (int n = 0; n < 1000; n++) {
      for (Outline outline : Outline.of(random(random, 9, 11))) {
        assertTrue(RingSimplifier.area(outline.outer()) > 0);
        for (double[] ring : outline.rings()) {
          Set<List<Double>> corners = new HashSet<>();
          for (int i = 0; i < ring.length; i += 2) {
            assertTrue(corners.add(List.of(ring[i], ring[i + 1])));
            int next = (i + 2) % ring.length;
            assertTrue(ring[i] == ring[next] ^ ring[i + 1] == ring[next + 1]);
          }
        }
        for (double[] hole : outline.holes()) {
          assertTrue(RingSimplifier.area(hole) < 0);
        }
      }
    }
  }

  @Test
  void whatIsLeftOutLiesWithinTheTolerance() {
    Rle disc = disc(101, 40);
    Outline exact = Outline.of(disc).get(0);
    Outline simple = exact.simplified(1);

    assertTrue(simple.outer().length < exact.outer().length / 5);
    for (int i = 0; i < exact.outer().length; i += 2) {
      assertTrue(distance(exact.outer()[i], exact.outer()[i + 1], simple.outer()) <= 1);
    }
    Rle again = Polygons.toRle(simple.outer(), 101, 101);
    assertEquals(1, again.iou(disc), 0.03);
  }

  @Test
  void aRingIsNeverSimplifiedAway() {
    Outline pixel = Outline.of(mask("#")).get(0);

    assertArrayEquals(pixel.outer(), pixel.simplified(10).outer());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> pixel.simplified(-1));
    assertEquals("tolerance: expected at least 0 pixels, got -1.0", e.getMessage());
  }

  private static double distance(double x, double y, double[] ring) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < ring.length; i += 2) {
      int next = (i + 2) % ring.length;
      for (int step = 0; step <= 1000; step++) {
        double t = step / 1000.0;
        double px = ring[i] + t * (ring[next] - ring[i]);
        double py = ring[i + 1] + t * (ring[next + 1] - ring[i + 1]);
        least = Math.min(least, Math.hypot(px - x, py - y) - 1e-2);
      }
    }
    return least;
  }

  /** Which pixels' centres lie inside, by counting the edges that a ray to the right meets. */
  private static byte[] evenOddAtCentres(List<double[]> rings, int height, int width) {
    byte[] inside = new byte[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (double[] ring : rings) {
          for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            boolean crosses = ring[i + 1] > y + 0.5 != ring[next + 1] > y + 0.5;
            if (crosses && ring[i] > x + 0.5) {
              inside[y * width + x] ^= 1;
            }
          }
        }
      }
    }
    return inside;
  }

  /** The number of parts of pixels that share edges. */
  private static int parts(Rle mask) {
    byte[] left = mask.toBitmap();
    int parts = 0;
    for (int start = 0; start < left.length; start++) {
      if (left[start] == 0) {
        continue;
      }
      parts++;
      Deque<Integer> open = new ArrayDeque<>(List.of(start));
      while (!open.isEmpty()) {
        int at = open.pop();
        if (left[at] == 0) {
          continue;
        }
        left[at] = 0;
        int x = at % mask.width();
        int y = at / mask.width();
        List<Integer> near = new ArrayList<>();
        if (x > 0) {
          near.add(at - 1);
        }
        if (x + 1 < mask.width()) {
          near.add(at + 1);
        }
        if (y > 0) {
          near.add(at - mask.width());
        }
        if (y + 1 < mask.height()) {
          near.add(at + mask.width());
        }
        open.addAll(near);
      }
    }
    return parts;
  }

  private static Rle random(Random random, int height, int width) {
    byte[] bitmap = new byte[height * width];
    double share = random.nextDouble();
    for (int i = 0; i < bitmap.length; i++) {
      bitmap[i] = (byte) (random.nextDouble() < share ? 1 : 0);
    }
    return Rle.ofBitmap(bitmap, height, width);
  }

  private static Rle disc(int side, int radius) {
    byte[] bitmap = new byte[side * side];
    for (int i = 0; i < bitmap.length; i++) {
      double distance = Math.hypot(i % side - side / 2, i / side - side / 2);
      bitmap[i] = (byte) (distance <= radius ? 1 : 0);
    }
    return Rle.ofBitmap(bitmap, side, side);
  }

  private static Rle mask(String... rows) {
    byte[] bitmap = new byte[rows.length * rows[0].length()];
    for (int i = 0; i < bitmap.length; i++) {
      bitmap[i] = (byte) (rows[i / rows[0].length()].charAt(i % rows[0].length()) == '#' ? 1 : 0);
    }
    return Rle.ofBitmap(bitmap, rows.length, rows[0].length());
  }
}

package org.maskwright.trainer.contrast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.maskwright.engine.tensor.RandomStream;

/**
 * Points of one region that two views of a picture have in common, and of other regions; places of
 * the maps, drawn with replacement.
 *
 * @param queries of the region in the first view; empty if there is no such region
 * @param same of the region in the second view
 * @param others of other regions in the second view, so many of each; -1 where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // read only
record PointDraw(int[] queries, int[] same, int[] others) {
  private static final int[] NONE = {};

  /**
   * Draws.
   *
   * @param first the region of each place of the first view, -1 of none
   * @param second likewise of the second
   * @param regions how many there are
   * @param points of each region
   * @param most other regions
   */
  static PointDraw of(
      int[] first, int[] second, int regions, int points, int most, RandomStream random) {
    List<Integer> shared = new ArrayList<>();
    List<Integer> shown = new ArrayList<>();
    for (int r = 0; r < regions; r++) {
      if (places(second, r).length > 0) {
        shown.add(r);
        if (places(first, r).length > 0) {
          shared.add(r);
        }
      }
    }
    int[] others = new int[most * points];
    Arrays.fill(others, -1);
    if (shared.isEmpty()) {
      return new PointDraw(NONE, NONE, others);
    }
    Integer region = shared.get(random.nextInt(shared.size()));
    int[] queries = drawn(places(first, region), points, random);
    int[] same = drawn(places(second, region), points, random);
    shown.remove(region);
    for (int i = 0; i < most && !shown.isEmpty(); i++) {
      int other = shown.remove(random.nextInt(shown.size()));
      System.arraycopy(drawn(places(second, other), points, random), 0, others, i * points, points);
    }
    return new PointDraw(queries, same, others);
  }

  private static int[] places(int[] labels, int region) {
    return IntStream.range(0, labels.length).filter(i -> labels[i] == region).toArray();
  }

  private static int[] drawn(int[] places, int points, RandomStream random) {
    return IntStream.range(0, points).map(i -> places[random.nextInt(places.length)]).toArray();
  }
}

package org.maskwright.datasets.picture;

import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the colour of each region: its class's, or a shade of it that is unlike those of the
 * objects of its class beside it.
 *
 * <p>Objects choose one after the other, the largest first, the shade that is farthest from those
 * of the neighbours that have chosen; the earlier shade if two are as far. A lone object, and all
 * that is no object, has the class's own colour.
 */
final class Shades {
  /** Objects whose boxes are nearer than this share of the long side are neighbours. */
  private static final double NEAR = 1 / 200.0;

  private Shades() {}

  /** Colours 0xRRGGBB of the regions, in their order. */
  static int[] of(List<Region> regions, Palette palette, int width, int height) {
    int gap = (int) Math.ceil(NEAR * Math.max(width, height));
    int[] colours = new int[regions.size()];
    List<Integer> chosen = new ArrayList<>();
    for (int i : largestFirst(regions)) {
      Region region = regions.get(i);
      List<Integer> beside = new ArrayList<>();
      if (region.thing()) {
        Rectangle near = new Rectangle(region.mask().box());
        near.grow(gap, gap);
        for (int other : chosen) {
          Region known = regions.get(other);
          if (known.category() == region.category() && near.intersects(known.mask().box())) {
            beside.add(colours[other]);
          }
        }
        chosen.add(i);
      }
      colours[i] = farthest(palette, region.category(), beside);
    }
    return colours;
  }

  /** Numbers of the regions in falling order of their areas, those of one area in their order. */
  static List<Integer> largestFirst(List<Region> regions) {
    return IntStream.range(0, regions.size())
        .boxed()
        .sorted(Comparator.comparingLong(i -> -regions.get(i).mask().area()))
        .toList();
  }

  private static int farthest(Palette palette, int category, List<Integer> neighbours) {
    int best = palette.instance(category, 0);
    double most = distance(best, neighbours);
    for (int n = 1; n < Palette.SHADES && !neighbours.isEmpty(); n++) {
      int shade = palette.instance(category, n);
      double least = distance(shade, neighbours);
      if (least > most) {
        most = least;
        best = shade;
      }
    }
    return best;
  }

  private static double distance(int colour, List<Integer> others) {
    return others.stream()
        .mapToDouble(other -> Palette.distance(colour, other))
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }
}

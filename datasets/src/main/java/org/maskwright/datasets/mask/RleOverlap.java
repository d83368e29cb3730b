package org.maskwright.datasets.mask;

import java.util.List;

/** Unions, intersections and shared pixels of run lists by walking them side by side. */
final class RleOverlap {
  private RleOverlap() {}

  static Rle union(List<Rle> masks) {
    return merge(masks, Rule.UNION);
  }

  static Rle intersection(List<Rle> masks) {
    return merge(masks, Rule.INTERSECTION);
  }

  private static Rle merge(List<Rle> masks, Rule rule) {
    if (masks.isEmpty()) {
      throw new IllegalArgumentException("merge of no masks: expected at least one");
    }
    Rle merged = masks.get(0);
    for (Rle mask : masks.subList(1, masks.size())) {
      if (mask.height() != merged.height() || mask.width() != merged.width()) {
        throw new IllegalArgumentException(
            "merge of masks of different sizes: "
                + Rle.describeSize(merged)
                + " and "
                + Rle.describeSize(mask));
      }
      merged =
          Rle.trusted(
              merged.height(), merged.width(), merge(merged.rawCounts(), mask.rawCounts(), rule));
    }
    return merged;
  }

  /** How two values of a pixel become one. */
  private enum Rule {
    UNION,
    INTERSECTION,
    DIFFERENCE;

    boolean apply(boolean a, boolean b) {
      return switch (this) {
        case UNION -> a || b;
        case INTERSECTION -> a && b;
        case DIFFERENCE -> a && !b;
      };
    }
  }

  /** The pixels of a that are not in b. */
  static int[] difference(int[] a, int[] b) {
    return merge(a, b, Rule.DIFFERENCE);
  }

  private static int[] merge(int[] a, int[] b, Rule rule) {
    RunWriter runs = new RunWriter();
    int ia = 0;
    int ib = 0;
    int restA = a[0];
    int restB = b[0];
    while (true) {
      while (restA == 0 && ++ia < a.length) {
        restA = a[ia];
      }
      while (restB == 0 && ++ib < b.length) {
        restB = b[ib];
      }
      if (ia >= a.length || ib >= b.length) {
        return runs.finish();
      }
      boolean inA = (ia & 1) == 1;
      boolean inB = (ib & 1) == 1;
      int step = Math.min(restA, restB);
      runs.piece(rule.apply(inA, inB), step);
      restA -= step;
      restB -= step;
    }
  }

  /**
   * Pixels that are foreground in both; the lists have the same total. Walks foreground runs only.
   */
  static long intersectionArea(int[] a, int[] b) {
    long shared = 0;
    int ia = 0;
    int ib = 0;
    int startA = 0;
    int endA = 0; // of the foreground run before ia
    int startB = 0;
    int endB = 0;
    while (true) {
      if (endA <= endB) {
        if (ia + 1 >= a.length) {
          return shared;
        }
        startA = endA + a[ia];
        endA = startA + a[ia + 1];
        ia += 2;
      } else {
        if (ib + 1 >= b.length) {
          return shared;
        }
        startB = endB + b[ib];
        endB = startB + b[ib + 1];
        ib += 2;
      }
      int overlap = Math.min(endA, endB) - Math.max(startA, startB);
      if (overlap > 0) {
        shared += overlap;
      }
    }
  }
}

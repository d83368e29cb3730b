package org.maskwright.datasets.catalog;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;

/** The pixels of each segment at the size of the image; those of its box where there is no mask. */
final class SegmentAreas {
  private SegmentAreas() {}

  static long[] of(Sample sample) {
    return of(sample.segments(), sample.image().height(), sample.image().width());
  }

  static long[] of(List<Segment> segments, int height, int width) {
    IdentityHashMap<LabelMap, Map<Integer, long[]>> counts = new IdentityHashMap<>();
    long[] areas = new long[segments.size()];
    for (int s = 0; s < areas.length; s++) {
      SegmentMask mask = segments.get(s).mask();
      if (mask instanceof SegmentMask.Polygons polygons) {
        areas[s] = Polygons.toRle(polygons.rings(), height, width).area();
      } else if (mask instanceof SegmentMask.Runs runs) {
        areas[s] = runs.rle().area();
      } else if (mask instanceof SegmentMask.Labelled labelled) {
        long[] count =
            counts.computeIfAbsent(labelled.map(), SegmentAreas::histogram).get(labelled.id());
        areas[s] = count == null ? 0 : count[0];
      } else if (mask instanceof SegmentMask.Weak weak) {
        areas[s] = Math.round(weak.label().box().map(Box::area).orElse(0.0));
      }
    }
    return areas;
  }

  private static Map<Integer, long[]> histogram(LabelMap map) {
    Map<Integer, long[]> histogram = new HashMap<>();
    int[] labels = map.labels();
    int start = 0;
    for (int i = 1; i <= labels.length; i++) {
      if (i == labels.length || labels[i] != labels[start]) {
        histogram.computeIfAbsent(labels[start], id -> new long[1])[0] += i - start;
        start = i;
      }
    }
    return histogram;
  }
}

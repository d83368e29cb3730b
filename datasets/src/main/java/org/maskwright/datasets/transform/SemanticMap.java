package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.IdTable;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;

/** Segments painted into one map of class indices, at the size of the image. */
public final class SemanticMap {
  private SemanticMap() {}

  /**
   * The class index of each pixel, {@code ignore} where no segment is. Crowds count as their class.
   * Where segments overlap, polygons and run lengths win over label maps, and then the later one.
   *
   * @param segments the annotation
   * @param width the width of the image
   * @param height the height of the image
   * @param ignore the value of void pixels
   */
  public static LabelMap of(List<Segment> segments, int width, int height, int ignore) {
    int[] classes = new int[Math.multiplyExact(width, height)];
    Arrays.fill(classes, ignore);
    Map<LabelMap, List<Segment>> byMap = new LinkedHashMap<>(); // one object is one map
    for (Segment segment : segments) {
      if (segment.mask() instanceof SegmentMask.Labelled labelled) {
        byMap.computeIfAbsent(labelled.map(), m -> new ArrayList<>()).add(segment);
      }
    }
    byMap.forEach((map, labelled) -> paint(map, labelled, classes));
    for (Segment segment : segments) {
      if (segment.mask() instanceof SegmentMask.Polygons polygons) {
        Polygons.toRle(polygons.rings(), height, width).paint(classes, segment.category());
      } else if (segment.mask() instanceof SegmentMask.Runs runs) {
        runs.rle().paint(classes, segment.category());
      } else if (segment.mask() instanceof SegmentMask.Weak weak) {
        weak.toRle(new Size(width, height)); // refused
      }
    }
    return new LabelMap(height, width, classes);
  }

  private static void paint(LabelMap map, List<Segment> segments, int[] classes) {
    IdTable table = new IdTable(segments.size());
    for (Segment segment : segments) {
      table.put(((SegmentMask.Labelled) segment.mask()).id(), segment.category());
    }
    int[] ids = map.labels();
    int lastId = ids[0];
    int lastClass = table.get(lastId);
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] != lastId) {
        lastId = ids[i];
        lastClass = table.get(lastId);
      }
      if (lastClass >= 0) {
        classes[i] = lastClass;
      }
    }
  }
}

package org.maskwright.datasets.folder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.image.LabelMap;

/** The common meanings of label images. */
public final class LabelReadings {
  /** What {@link #instances} expects of a label that is no object: leave the pixels void. */
  public static final int VOID = -1;

  private static final int DENSE_LIMIT = 1 << 16;

  private LabelReadings() {}

  /**
   * A label is a category id; one segment for each class present.
   *
   * @param ignored labels that are void; any other unknown label is an error
   */
  public static LabelledDataset.LabelReading classes(Categories categories, Set<Integer> ignored) {
    Set<Integer> voids = Set.copyOf(ignored);
    return maps -> {
      LabelMap map = maps.get(0);
      List<Segment> segments = new ArrayList<>();
      for (int id : distinct(map)) {
        if (voids.contains(id)) {
          continue;
        }
        int category = categories.indexOf(id);
        if (category < 0) {
          throw new DatasetException(
              "label %d at pixel %s is none of the %d classes (ids %d..%d) and not in data.ignore %s"
                  .formatted(
                      id,
                      firstPixel(map, id),
                      categories.size(),
                      categories.asList().stream().mapToInt(c -> c.id()).min().orElse(0),
                      categories.asList().stream().mapToInt(c -> c.id()).max().orElse(0),
                      voids));
        }
        segments.add(new Segment(category, false, id, new SegmentMask.Labelled(map, id)));
      }
      return segments;
    };
  }

  /**
   * A label is an object; 0 is background.
   *
   * @param classOf the contiguous class index of a label, or {@link #VOID}
   */
  public static LabelledDataset.LabelReading instances(IntUnaryOperator classOf) {
    return maps -> {
      LabelMap map = maps.get(0);
      List<Segment> segments = new ArrayList<>();
      for (int id : distinct(map)) {
        int category = id == 0 ? VOID : classOf.applyAsInt(id);
        if (category != VOID) {
          segments.add(new Segment(category, false, id, new SegmentMask.Labelled(map, id)));
        }
      }
      return segments;
    };
  }

  /** The distinct labels of a map, rising. */
  public static int[] distinct(LabelMap map) {
    int[] labels = map.labels();
    boolean[] dense = new boolean[DENSE_LIMIT];
    int[] large = new int[16];
    int largeCount = 0;
    int last = -1;
    for (int label : labels) {
      if (label == last) {
        continue;
      }
      last = label;
      if (label >= 0 && label < DENSE_LIMIT) {
        dense[label] = true;
      } else if (!contains(large, largeCount, label)) {
        if (largeCount == large.length) {
          large = Arrays.copyOf(large, 2 * largeCount);
        }
        large[largeCount++] = label;
      }
    }
    int[] all = Arrays.copyOf(large, largeCount + DENSE_LIMIT);
    int count = largeCount;
    for (int label = 0; label < DENSE_LIMIT; label++) {
      if (dense[label]) {
        all[count++] = label;
      }
    }
    all = Arrays.copyOf(all, count);
    Arrays.sort(all);
    return all;
  }

  private static boolean contains(int[] values, int count, int value) {
    for (int i = 0; i < count; i++) {
      if (values[i] == value) {
        return true;
      }
    }
    return false;
  }

  private static String firstPixel(LabelMap map, int id) {
    int[] labels = map.labels();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == id) {
        return "(" + i % map.width() + ", " + i / map.width() + ")";
      }
    }
    return "(none)";
  }
}

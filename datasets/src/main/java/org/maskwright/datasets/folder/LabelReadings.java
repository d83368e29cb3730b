package org.maskwright.datasets.folder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.mask.LabelMap;

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
    Set<Integer> voids = new TreeSet<>(ignored); // sorted, for the message
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
              "label %d at pixel %s is none of the %d classes (ids %d..%d) and not in data.train.ignore %s; add it there (--ignore) if it is void, name it (classes.txt) if it is a class"
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
    int[] found = new int[16]; // large labels, one for each run of them
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i];
      if (i > 0 && label == labels[i - 1]) {
        continue;
      }
      if (label >= 0 && label < DENSE_LIMIT) {
        dense[label] = true;
      } else {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = label;
      }
    }
    found = Arrays.copyOf(found, count + DENSE_LIMIT);
    for (int label = 0; label < DENSE_LIMIT; label++) {
      if (dense[label]) {
        found[count++] = label;
      }
    }
    Arrays.sort(found, 0, count);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (kept == 0 || found[i] != found[kept - 1]) {
        found[kept++] = found[i];
      }
    }
    return Arrays.copyOf(found, kept);
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

package org.maskwright.datasets.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoCategory;

/** Counts images and segments of each category of a file. */
final class TruthByClass {
  private final Map<Integer, Set<ImageId>> images = new HashMap<>();
  private final Map<Integer, Long> segments = new HashMap<>();

  /** Counts a segment that is no crowd. */
  void add(ImageId image, int categoryId) {
    images.computeIfAbsent(categoryId, id -> new HashSet<>()).add(image);
    segments.merge(categoryId, 1L, Long::sum);
  }

  /** Of each category, also of those that do not occur. */
  SortedMap<Integer, ClassTruth> of(Collection<CocoCategory> categories) {
    SortedMap<Integer, ClassTruth> out = new TreeMap<>();
    for (CocoCategory c : categories) {
      long of = images.getOrDefault(c.id(), Set.of()).size();
      out.put(c.id(), new ClassTruth(c.name(), of, segments.getOrDefault(c.id(), 0L)));
    }
    return out;
  }
}

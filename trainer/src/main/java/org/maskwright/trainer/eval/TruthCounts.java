package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.metrics.ClassTruth;

/** Counts what the annotation of the evaluated images has of each class. */
final class TruthCounts {
  private final Categories categories;
  private final long[] images;
  private final long[] segments;

  TruthCounts(Categories categories) {
    this.categories = categories;
    this.images = new long[categories.size()];
    this.segments = new long[categories.size()];
  }

  /** Adds the segments of an image. */
  void add(List<Segment> truth) {
    for (Segment segment : truth) {
      segments[segment.category()] += segment.crowd() ? 0 : 1;
    }
    truth.stream()
        .filter(segment -> !segment.crowd())
        .mapToInt(Segment::category)
        .distinct()
        .forEach(c -> images[c]++);
  }

  /** Of all classes, in the order of the data set. */
  List<ClassTruth> all() {
    List<ClassTruth> out = new ArrayList<>();
    for (int c = 0; c < images.length; c++) {
      out.add(new ClassTruth(categories.get(c).name(), images[c], segments[c]));
    }
    return out;
  }
}

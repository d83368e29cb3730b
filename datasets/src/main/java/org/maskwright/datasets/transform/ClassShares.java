package org.maskwright.datasets.transform;

import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;

/** How the labelled pixels of a view are shared among the classes. */
final class ClassShares {
  private final int width;
  private final int[] classes;
  private final int classCount;

  ClassShares(Sample sample) {
    this.width = sample.image().width();
    this.classes = SemanticMap.of(sample.segments(), width, sample.image().height(), -1).labels();
    this.classCount = 1 + sample.segments().stream().mapToInt(Segment::category).max().orElse(-1);
  }

  /**
   * Whether more than one class shows and none takes {@code limit} of the labelled pixels or more.
   */
  boolean mixed(View view, double limit) {
    int[] columns = view.sourceColumns();
    long[] areas = new long[classCount];
    for (int row : view.sourceRows()) {
      int start = row * width;
      for (int column : columns) {
        int index = classes[start + column];
        if (index >= 0) {
          areas[index]++;
        }
      }
    }
    long total = 0;
    long largest = 0;
    int present = 0;
    for (long area : areas) {
      total += area;
      largest = Math.max(largest, area);
      present += area > 0 ? 1 : 0;
    }
    return present > 1 && largest < total * limit;
  }
}

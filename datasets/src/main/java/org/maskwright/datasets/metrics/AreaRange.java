package org.maskwright.datasets.metrics;

/**
 * The size classes that COCO's metrics are reported for; {@link SizeBounds} says where they end.
 */
enum AreaRange {
  ALL(0),
  SMALL(1),
  MEDIUM(2),
  LARGE(3);

  static final int COUNT = 4;

  private static final AreaRange[] VALUES = values();

  private final int index;

  AreaRange(int index) {
    this.index = index;
  }

  /** Its place in arrays of {@link #COUNT} ranges. */
  int index() {
    return index;
  }

  static AreaRange at(int index) {
    return VALUES[index];
  }
}

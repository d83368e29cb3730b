package org.maskwright.datasets.metrics;

/** COCO's size classes by area in pixels; both ends belong to a class. */
enum AreaRange {
  ALL(0, 0, 1e10),
  SMALL(1, 0, AreaRange.MEDIUM_FROM),
  MEDIUM(2, AreaRange.MEDIUM_FROM, AreaRange.LARGE_FROM),
  LARGE(3, AreaRange.LARGE_FROM, 1e10);

  static final double MEDIUM_FROM = 32 * 32;
  static final double LARGE_FROM = 96 * 96;

  static final int COUNT = 4;

  private final int index;
  private final double least;
  private final double most;

  AreaRange(int index, double least, double most) {
    this.index = index;
    this.least = least;
    this.most = most;
  }

  boolean excludes(double area) {
    return area < least || area > most;
  }

  /** Its place in arrays of {@link #COUNT} ranges. */
  int index() {
    return index;
  }

  static AreaRange at(int index) {
    return VALUES[index];
  }

  private static final AreaRange[] VALUES = values();
}

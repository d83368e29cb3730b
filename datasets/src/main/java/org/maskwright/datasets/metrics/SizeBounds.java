package org.maskwright.datasets.metrics;

/**
 * Where the size classes of a data set end, by area in pixels; both ends belong to a class.
 *
 * @param mediumFrom the most of small and the least of medium
 * @param largeFrom the most of medium and the least of large
 */
record SizeBounds(double mediumFrom, double largeFrom) {
  private static final double MOST = 1e10;

  /** Of images: 32 x 32 and 96 x 96. */
  static final SizeBounds COCO = new SizeBounds(32 * 32, 96 * 96);

  /** Of tracks, by the mean area over the frames that show them: 128 x 128 and 256 x 256. */
  static final SizeBounds YOUTUBE_VIS = new SizeBounds(128 * 128, 256 * 256);

  /** Whether an area does not belong to a class. */
  boolean excludes(AreaRange range, double area) {
    double least =
        switch (range) {
          case ALL, SMALL -> 0;
          case MEDIUM -> mediumFrom;
          case LARGE -> largeFrom;
        };
    double most =
        switch (range) {
          case SMALL -> mediumFrom;
          case MEDIUM -> largeFrom;
          case ALL, LARGE -> MOST;
        };
    return area < least || area > most;
  }
}

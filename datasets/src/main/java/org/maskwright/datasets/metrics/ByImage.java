package org.maskwright.datasets.metrics;

/** The rows of a table, image by image, in the table's order; 4 bytes a row. */
final class ByImage {
  private final int[] from;
  private final int[] rows;

  /**
   * @param images how many there are
   * @param imageOf the image of each row
   */
  ByImage(int images, int[] imageOf) {
    from = new int[images + 1];
    rows = new int[imageOf.length];
    for (int image : imageOf) {
      from[image + 1]++;
    }
    for (int i = 0; i < images; i++) {
      from[i + 1] += from[i];
    }
    int[] next = from.clone();
    for (int row = 0; row < rows.length; row++) {
      rows[next[imageOf[row]]++] = row;
    }
  }

  /** Where an image's rows begin; they end where those of the next image begin. */
  int from(int image) {
    return from[image];
  }

  int row(int at) {
    return rows[at];
  }
}

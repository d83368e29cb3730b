package org.maskwright.datasets.image;

/**
 * One integer for every pixel: a class index, a grey value, a palette index or a panoptic id.
 *
 * <p><b>Shapes</b> row-major [height * width]; the array is shared with the caller, not copied.
 */
public final class LabelMap {
  private final int height;
  private final int width;
  private final int[] labels;

  /**
   * @throws IllegalArgumentException if the array is not height * width long or a side is not
   *     positive
   */
  public LabelMap(int height, int width, int[] labels) {
    if (height < 1 || width < 1 || labels.length != (long) height * width) {
      throw new IllegalArgumentException(
          "label map of " + labels.length + " pixels, expected " + height + " x " + width);
    }
    this.height = height;
    this.width = width;
    this.labels = labels;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** The labels themselves, row-major; not a copy. */
  public int[] labels() {
    return labels;
  }

  public int at(int x, int y) {
    return labels[y * width + x];
  }
}

package org.maskwright.modelzoo.postprocess;

/** A class for every pixel, by contiguous index. */
public final class SemanticMap {
  private final int height;
  private final int width;
  private final int[] labels;

  /** Takes over row-major labels. */
  public SemanticMap(int height, int width, int[] labels) {
    this.height = height;
    this.width = width;
    this.labels = labels;
    if (labels.length != (long) height * width) {
      throw new IllegalArgumentException(
          "semantic map: expected " + height + " x " + width + " labels, got " + labels.length);
    }
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** The row-major labels themselves, not a copy; not to be changed. */
  public int[] labels() {
    return labels;
  }
}

package org.maskwright.datasets;

/**
 * An image of ids: class indices, instance ids or panoptic ids, one for each pixel.
 *
 * <p><b>Shapes</b> {@link #ids()} [H,W] int32, row by row from the top left.
 */
public final class LabelMap {
  private final int width;
  private final int height;
  private final int[] ids;

  /**
   * A map over {@code ids}, which is not copied.
   *
   * @throws IllegalArgumentException if the size is not positive or {@code ids} is not W*H long
   */
  public LabelMap(int width, int height, int[] ids) {
    if (width <= 0 || height <= 0 || ids.length != (long) width * height) {
      throw new IllegalArgumentException(
          "label map: expected width x height ids, got %d for %d x %d"
              .formatted(ids.length, width, height));
    }
    this.width = width;
    this.height = height;
    this.ids = ids;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /** The ids [H,W]; the map's own array, not a copy. */
  public int[] ids() {
    return ids;
  }

  /** The id at (x, y). */
  public int id(int x, int y) {
    return ids[y * width + x];
  }
}

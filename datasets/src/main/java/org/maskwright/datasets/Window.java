package org.maskwright.datasets;

/**
 * A rectangle of pixels of a picture.
 *
 * @param x its first column
 * @param y its first row
 * @param width columns, > 0
 * @param height rows, > 0
 */
public record Window(int x, int y, int width, int height) {
  /** Checks that it has pixels and begins inside the picture. */
  public Window {
    if (x < 0 || y < 0 || width <= 0 || height <= 0) {
      throw new IllegalArgumentException(
          "window: expected a size > 0 at a position >= 0, got %d x %d at (%d, %d)"
              .formatted(width, height, x, y));
    }
  }

  /** All of a picture. */
  public static Window of(Size picture) {
    return new Window(0, 0, picture.width(), picture.height());
  }

  /** The column behind the last. */
  public int right() {
    return x + width;
  }

  /** The row behind the last. */
  public int bottom() {
    return y + height;
  }

  /** Whether the two have a pixel in common. */
  public boolean meets(Window other) {
    return x < other.right() && other.x < right() && y < other.bottom() && other.y < bottom();
  }

  /**
   * The pixels that the two have in common.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Window intersection(Window other) {
    int left = Math.max(x, other.x);
    int top = Math.max(y, other.y);
    return new Window(
        left,
        top,
        Math.min(right(), other.right()) - left,
        Math.min(bottom(), other.bottom()) - top);
  }

  /** The same pixels, counted from the corner of a window that they lie in. */
  public Window within(Window outer) {
    return new Window(x - outer.x, y - outer.y, width, height);
  }
}

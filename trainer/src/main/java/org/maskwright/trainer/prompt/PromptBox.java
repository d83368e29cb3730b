package org.maskwright.trainer.prompt;

import org.maskwright.datasets.Size;

/**
 * A box around an object.
 *
 * @param x0 left edge in pixels of the picture, in [0, width)
 * @param y0 upper edge in pixels of the picture, in [0, height)
 * @param x1 right edge, above x0, at most the width
 * @param y1 lower edge, above y0, at most the height
 */
public record PromptBox(double x0, double y0, double x1, double y1) {
  /** Checks that it has an area. */
  public PromptBox {
    if (!(x1 > x0 && y1 > y0)) {
      throw new IllegalArgumentException(
          "box: expected x0,y0,x1,y1 with x0 < x1 and y0 < y1, got %s,%s,%s,%s"
              .formatted(x0, y0, x1, y1));
    }
  }

  /**
   * Checks it against the picture.
   *
   * @throws IllegalArgumentException if it is not inside
   */
  public void requireInside(Size picture) {
    if (!(x0 >= 0 && y0 >= 0 && x1 <= picture.width() && y1 <= picture.height())) {
      throw new IllegalArgumentException(
          "box: expected it inside the picture of %d x %d pixels, got %s,%s,%s,%s"
              .formatted(picture.width(), picture.height(), x0, y0, x1, y1));
    }
  }
}

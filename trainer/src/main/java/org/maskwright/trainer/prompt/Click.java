package org.maskwright.trainer.prompt;

import org.maskwright.datasets.Size;

/**
 * A point that a user gives.
 *
 * @param x column in pixels of the picture, in [0, width); of a pixel its number
 * @param y row in pixels of the picture, in [0, height)
 * @param object whether it is on the object; else it is on what does not belong to it
 */
public record Click(double x, double y, boolean object) {
  /**
   * Checks it against the picture.
   *
   * @throws IllegalArgumentException if it is outside
   */
  public void requireInside(Size picture) {
    if (!(x >= 0 && x < picture.width() && y >= 0 && y < picture.height())) {
      throw new IllegalArgumentException(
          "point: expected x,y inside the picture of %d x %d pixels, from 0,0 on, got %s,%s"
              .formatted(picture.width(), picture.height(), x, y));
    }
  }
}

package org.maskwright.datasets;

import java.util.Objects;

/**
 * Which part of a picture a view shows, and how: the one contract of where a point of one view is
 * in another. A point of the picture goes to the view and back without rounding to pixels.
 *
 * <p><b>Units</b> pixels of the picture as stored (EXIF rotation applied) and pixels of the view,
 * both from the top left corner, the centre of the first pixel at (0.5, 0.5). Padding at the right
 * and the bottom of the view is not part of it.
 *
 * @param picture the size of the picture
 * @param x left edge of the part, in the picture
 * @param y upper edge
 * @param width of the part, above 0
 * @param height of the part, above 0
 * @param flipped whether left and right of the part are exchanged in the view
 * @param view the size of the view, without padding
 */
public record ViewCrop(
    Size picture, double x, double y, double width, double height, boolean flipped, Size view) {
  /** Checks the ranges. */
  public ViewCrop {
    Objects.requireNonNull(picture, "picture");
    Objects.requireNonNull(view, "view");
    if (!(x >= 0 && y >= 0 && width > 0 && height > 0)) {
      throw new IllegalArgumentException(
          "view: expected a part of %s, got %s x %s at (%s, %s)"
              .formatted(picture, width, height, x, y));
    }
  }

  /** Where a column of the picture is in the view; outside 0..its width if it shows it not. */
  public double viewX(double pictureX) {
    double at = (pictureX - x) * view.width() / width;
    return flipped ? view.width() - at : at;
  }

  /** Where a row of the picture is in the view. */
  public double viewY(double pictureY) {
    return (pictureY - y) * view.height() / height;
  }

  /** Where a column of the view is in the picture. */
  public double pictureX(double viewX) {
    return x + (flipped ? view.width() - viewX : viewX) * width / view.width();
  }

  /** Where a row of the view is in the picture. */
  public double pictureY(double viewY) {
    return y + viewY * height / view.height();
  }

  /** Whether the view shows a point of the picture. */
  public boolean shows(double pictureX, double pictureY) {
    return pictureX >= x && pictureX < x + width && pictureY >= y && pictureY < y + height;
  }

  /** The area of the part in the picture. */
  public double area() {
    return width * height;
  }

  /** The area of the picture that both views show. */
  public double overlap(ViewCrop other) {
    double across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
    double down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
    return Math.max(0, across) * Math.max(0, down);
  }
}

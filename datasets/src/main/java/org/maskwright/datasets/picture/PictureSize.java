package org.maskwright.datasets.picture;

import java.awt.Rectangle;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * The sizes of a photograph and of the picture that is drawn of it, and of what is drawn: letters
 * and lines grow with the picture, but less than it does, as large pictures are looked at reduced.
 *
 * @param photoWidth pixels
 * @param photoHeight pixels
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 */
record PictureSize(int photoWidth, int photoHeight, int width, int height) {
  private static final double USUAL_LONG_SIDE = 600;
  private static final double GROWTH = 0.8;
  private static final double TEXT = 13; // pixels per em at the usual size
  private static final double MIN_TEXT = 11;
  private static final double LINE = 1.6;
  private static final double LINES_ACROSS = 12; // an object of the usual size

  /**
   * A photograph whose long side is enlarged by the least whole factor that makes it {@code min},
   * and reduced to {@code max} if it is longer then.
   */
  static PictureSize of(int width, int height, int min, int max) {
    int side = Math.max(width, height);
    int factor = Math.max(1, (min + side - 1) / side);
    double scale = Math.min(factor, (double) max / side);
    return new PictureSize(
        width,
        height,
        (int) Math.max(1, Math.round(width * scale)),
        (int) Math.max(1, Math.round(height * scale)));
  }

  long pixels() {
    return (long) width * height;
  }

  boolean isReduced() {
    return width < photoWidth || height < photoHeight;
  }

  /** Height of letters, pixels of the picture per em. */
  double text() {
    return Math.max(MIN_TEXT, TEXT * growth());
  }

  /** Width of contours in pixels of the picture: thinner where objects are small. */
  double line(List<Region> regions) {
    double[] across =
        regions.stream()
            .filter(r -> r.mask().area() > 0)
            .mapToDouble(r -> Math.sqrt(r.mask().area()) * scale())
            .sorted()
            .toArray();
    double usual = across.length == 0 ? Double.MAX_VALUE : across[across.length / 2];
    return Math.max(1, Math.min(LINE * growth(), usual / LINES_ACROSS));
  }

  private double growth() {
    return Math.pow(Math.max(width, height) / USUAL_LONG_SIDE, GROWTH);
  }

  /** Pixels of the picture to one of the photograph. */
  double scale() {
    return (double) Math.max(width, height) / Math.max(photoWidth, photoHeight);
  }

  /** A box of the photograph in the picture. */
  Rectangle2D inPicture(Rectangle box) {
    double s = scale();
    return new Rectangle2D.Double(box.x * s, box.y * s, box.width * s, box.height * s);
  }

  /** The pixels of the photograph that a box of the picture touches. */
  Rectangle inPhoto(Rectangle2D box) {
    double s = scale();
    int x = (int) Math.floor(box.getX() / s);
    int y = (int) Math.floor(box.getY() / s);
    return new Rectangle(
        x, y, (int) Math.ceil(box.getMaxX() / s) - x, (int) Math.ceil(box.getMaxY() / s) - y);
  }
}

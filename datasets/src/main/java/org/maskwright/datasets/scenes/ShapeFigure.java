package org.maskwright.datasets.scenes;

import java.awt.Color;

/**
 * A shape in a picture.
 *
 * @param x of its middle in shares of the picture's side, and so are the others
 * @param radius of what its kind has as 1
 */
record ShapeFigure(ShapeVideo.Kind kind, double x, double y, double radius, Rgb colour) {
  boolean covers(double px, double py) {
    return kind.inside((px - x) / radius, (py - y) / radius);
  }

  /**
   * Whether another would come too near.
   *
   * @param room that both keep, by their radii, above 1
   */
  boolean touches(double otherX, double otherY, double otherRadius, double room) {
    return Math.hypot(otherX - x, otherY - y) < room * (radius + otherRadius);
  }

  /** A full colour of a hue, of any brightness that is seen well. */
  static Rgb colour(double hue, SceneRandom random) {
    return Rgb.of(Color.HSBtoRGB((float) hue, 0.9f, (float) random.between(0.6, 1)));
  }
}

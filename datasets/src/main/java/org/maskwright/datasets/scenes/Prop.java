package org.maskwright.datasets.scenes;

/**
 * A thing in its place. Lengths are shares of the image's height.
 *
 * @param kind its class
 * @param x centre, from the left
 * @param y centre, from the top
 * @param radius its size
 * @param cos cosine of its rotation
 * @param sin sine of its rotation
 * @param grounded whether it stands on the ground and throws a shadow there
 * @param shape outline and surface
 */
record Prop(
    SceneClass kind,
    double x,
    double y,
    double radius,
    double cos,
    double sin,
    boolean grounded,
    Shape shape) {

  private static final double SHADOW_FLATNESS = 0.3;

  /** Where it touches the ground; what is lower is nearer and hides what is behind. */
  double base() {
    return y + 0.9 * radius;
  }

  /** Signed distance of a point to the outline, negative inside. */
  double distance(double px, double py) {
    double dx = (px - x) / radius;
    double dy = (py - y) / radius;
    if (Math.abs(dx) > Shape.REACH || Math.abs(dy) > Shape.REACH) {
      return radius;
    }
    return shape.distance(cos * dx + sin * dy, cos * dy - sin * dx) * radius;
  }

  Rgb colour(double px, double py, Light light) {
    double dx = (px - x) / radius;
    double dy = (py - y) / radius;
    return shape.colour(cos * dx + sin * dy, cos * dy - sin * dx, light);
  }

  /** How much light the ground keeps at a point, 1 outside the shadow. */
  double shadow(double px, double py, Light light) {
    if (!grounded) {
      return 1;
    }
    double dx = (px - x + 0.55 * light.x() * radius) / (1.15 * radius);
    double dy = (py - base()) / (SHADOW_FLATNESS * radius);
    double d = dx * dx + dy * dy;
    double fading = Math.max(0, 1 - d / 3);
    return 1 - (0.2 + 0.4 * light.sharpness()) * fading * fading;
  }

  /** A thing of the class at a random place of a terrain. */
  static Prop random(SceneClass kind, SceneRandom random, double aspect, double horizon) {
    double x = random.between(-0.02, 1.02) * aspect;
    Shape shape = Shape.random(kind, random);
    if (kind == SceneClass.BALLOON) {
      double radius = random.between(0.1, 0.19);
      double angle = random.between(-0.3, 0.3);
      return placed(kind, x, random.between(0.04, 0.7), radius, angle, false, shape);
    }
    double depth = random.between(0.1, 1.08);
    double radius = (0.075 + 0.1 * depth) * random.between(0.85, 1.25);
    double base = horizon + depth * (1 - horizon);
    double swing =
        switch (kind) {
          case STARFISH -> StrictMath.PI;
          case CRATE, RING -> 0.25;
          default -> 0.07;
        };
    double angle = random.between(-swing, swing);
    return placed(kind, x, base - 0.9 * radius, radius, angle, true, shape);
  }

  private static Prop placed(
      SceneClass kind,
      double x,
      double y,
      double radius,
      double angle,
      boolean grounded,
      Shape shape) {
    return new Prop(
        kind, x, y, radius, StrictMath.cos(angle), StrictMath.sin(angle), grounded, shape);
  }
}

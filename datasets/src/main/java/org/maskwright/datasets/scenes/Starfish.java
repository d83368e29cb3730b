package org.maskwright.datasets.scenes;

/**
 * A starfish: five round arms with pale bumps.
 *
 * @param skin its colour
 * @param waist distance of the dents between the arms from the centre
 * @param bumps where the bumps are
 */
record Starfish(Rgb skin, double waist, Noise bumps) implements Shape {
  private static final double FIFTH = 2 * StrictMath.PI / 5;
  private static final double ROUNDING = 0.1;

  static Starfish random(SceneRandom random) {
    return new Starfish(
        Paints.warm(random), random.between(0.36, 0.46), new Noise(random.nextLong()));
  }

  @Override
  public double distance(double u, double v) {
    double radius = StrictMath.sqrt(u * u + v * v);
    double angle = StrictMath.atan2(u, -v);
    double inArm = Math.abs(angle - FIFTH * StrictMath.rint(angle / FIFTH));
    // The half arm as an edge from the tip (on the axis) to the dent (at half a fifth).
    double x = radius * StrictMath.cos(inArm);
    double y = radius * StrictMath.sin(inArm);
    double tipX = 1.12 - ROUNDING;
    double dentX = (waist - ROUNDING * 0.6) * StrictMath.cos(FIFTH / 2);
    double dentY = (waist - ROUNDING * 0.6) * StrictMath.sin(FIFTH / 2);
    double edgeX = dentX - tipX;
    double length = StrictMath.sqrt(edgeX * edgeX + dentY * dentY);
    double side = ((x - tipX) * -dentY + y * edgeX) / -length;
    double along = ((x - tipX) * edgeX + y * dentY) / length;
    if (along < 0) {
      double dx = x - tipX;
      return StrictMath.sqrt(dx * dx + y * y) - ROUNDING;
    }
    return side - ROUNDING;
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    double depth = Math.max(0, Math.min(1, -distance(u, v) / 0.3));
    double bump = bumps.at(u * 7 + 50, v * 7 + 50);
    Rgb spotted = bump > 0.66 ? skin.towards(Rgb.WHITE, 0.55) : skin.times(0.85 + 0.25 * bump);
    return spotted.times(light.on(0, -0.2, 0.9) * (0.62 + 0.42 * depth));
  }
}

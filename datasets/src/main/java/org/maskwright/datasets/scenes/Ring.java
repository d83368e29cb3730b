package org.maskwright.datasets.scenes;

/**
 * A lifebuoy: a ring with a hole one sees through, in quarters of two colours.
 *
 * @param paint the coloured quarters
 * @param tube half the width of the tube
 * @param squash height as a share of the width: it may lie on the ground
 * @param turn angle of the first quarter
 */
record Ring(Rgb paint, double tube, double squash, double turn) implements Shape {
  private static final double QUARTERS = 8;

  static Ring random(SceneRandom random) {
    return new Ring(
        Paints.bright(random),
        random.between(0.24, 0.31),
        random.between(0.55, 1),
        random.between(0, 6.28));
  }

  @Override
  public double distance(double u, double v) {
    double y = v / squash;
    return (Math.abs(StrictMath.sqrt(u * u + y * y) - 1 + tube) - tube) * (0.5 + 0.5 * squash);
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    double y = v / squash;
    double radius = StrictMath.sqrt(u * u + y * y);
    double across = Math.max(-1, Math.min(1, (radius - 1 + tube) / tube));
    double angle = StrictMath.atan2(y, u) + turn;
    int quarter = (int) StrictMath.floor(angle / (2 * StrictMath.PI) * QUARTERS);
    Rgb colour = Math.floorMod(quarter, 2) == 0 ? paint : Rgb.WHITE;
    double z = StrictMath.sqrt(1 - across * across);
    return colour.times(light.on(across * u / radius, across * y / radius, z));
  }
}

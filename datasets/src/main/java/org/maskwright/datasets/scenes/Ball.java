package org.maskwright.datasets.scenes;

/**
 * A beach ball: a sphere with panels in two paints around a tilted pole.
 *
 * @param a first paint
 * @param b second paint
 * @param panels number of panels, even
 * @param poleX where the pole is, sideways
 * @param poleY where the pole is, downwards
 * @param turn angle of the first panel
 */
record Ball(Rgb a, Rgb b, int panels, double poleX, double poleY, double turn) implements Shape {
  private static final double CAP = 0.95;

  static Ball random(SceneRandom random) {
    return new Ball(
        Paints.bright(random),
        random.chance(0.7) ? Rgb.WHITE : Paints.bright(random),
        random.chance(0.5) ? 6 : 8,
        random.between(-0.55, 0.55),
        random.between(-0.7, 0.35),
        random.between(0, 6.28));
  }

  @Override
  public double distance(double u, double v) {
    return StrictMath.sqrt(u * u + v * v) - 1;
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    double z = StrictMath.sqrt(Math.max(0, 1 - u * u - v * v));
    double poleZ = StrictMath.sqrt(Math.max(0.05, 1 - poleX * poleX - poleY * poleY));
    double along = u * poleX + v * poleY + z * poleZ;
    // Longitude around the pole, measured in the plane across it.
    double sideX = poleZ * u - poleX * z;
    double sideY = poleZ * v - poleY * z;
    double longitude = StrictMath.atan2(sideY, sideX) + turn;
    int panel = (int) StrictMath.floor(longitude / (2 * StrictMath.PI) * panels);
    Rgb paint = Math.abs(along) > CAP ? b : Math.floorMod(panel, 2) == 0 ? a : b;
    double hx = u - 0.4 * light.x();
    double hy = v + 0.45;
    double spot = Math.max(0, 1 - (hx * hx + hy * hy) * 8);
    double shine = 0.45 * light.sharpness() * spot * spot;
    return paint.times(light.on(u, v, z)).plus(shine);
  }
}

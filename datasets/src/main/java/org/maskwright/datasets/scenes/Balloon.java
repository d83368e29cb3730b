package org.maskwright.datasets.scenes;

/**
 * A balloon: an egg of one translucent paint with a bright window of light and a knot below.
 *
 * @param paint its colour
 * @param width width as a share of the height
 */
record Balloon(Rgb paint, double width) implements Shape {
  private static final double KNOT_TOP = 0.92;
  private static final double KNOT_LENGTH = 0.24;

  static Balloon random(SceneRandom random) {
    return new Balloon(Paints.bright(random), random.between(0.72, 0.84));
  }

  @Override
  public double distance(double u, double v) {
    double narrowing = v > 0 ? 1 - 0.16 * v * v : 1;
    double x = u / (width * narrowing);
    double body = (StrictMath.sqrt(x * x + v * v) - 1) * width;
    double down = v - KNOT_TOP;
    double knot = Math.max(Math.abs(u) - 0.03 - 0.5 * down, Math.abs(down) - KNOT_LENGTH);
    return Math.min(body, knot);
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    double x = u / width;
    double z = StrictMath.sqrt(Math.max(0, 1 - x * x - v * v));
    double glow = 0.18 * (1 - z);
    double hx = (u - 0.32 * light.x()) / 0.17;
    double hy = (v + 0.45) / 0.26;
    double window = Math.max(0, 1 - 0.5 * (hx * hx + hy * hy));
    Rgb lit = paint.times(0.25 + 0.75 * light.on(x, v, z)).plus(glow);
    return lit.towards(Rgb.WHITE, 0.75 * window * window);
  }
}

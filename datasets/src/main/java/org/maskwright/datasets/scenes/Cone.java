package org.maskwright.datasets.scenes;

/**
 * A traffic cone: a tapered body with pale bands on a flat foot.
 *
 * @param paint the body's colour
 * @param bands number of pale bands, 1 or 2
 * @param width half the body's width at the foot
 */
record Cone(Rgb paint, int bands, double width) implements Shape {
  private static final double TOP = -1.05;
  private static final double FOOT = 0.78;
  private static final double FOOT_HEIGHT = 0.22;

  static Cone random(SceneRandom random) {
    Rgb paint = random.chance(0.5) ? Rgb.of(0xE8702A).varied(random, 0.05) : Paints.bright(random);
    return new Cone(paint, random.chance(0.5) ? 1 : 2, random.between(0.52, 0.68));
  }

  @Override
  public double distance(double u, double v) {
    double body = Math.max((Math.abs(u) - half(v)) * 0.94, Math.abs(v - 0.5 * (TOP + FOOT)) - 0.92);
    double foot =
        Math.max(Math.abs(u) - 1.3 * width - 0.1, Math.abs(v - FOOT - 0.11) - 0.5 * FOOT_HEIGHT);
    return Math.min(body, foot);
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    if (v > FOOT) {
      return paint.times(0.55 * light.on(0, -0.6, 0.8));
    }
    double nx = Math.max(-1, Math.min(1, u / half(v)));
    double z = StrictMath.sqrt(1 - nx * nx);
    double height = (FOOT - v) / (FOOT - TOP);
    boolean pale =
        bands == 1
            ? height > 0.4 && height < 0.65
            : (height > 0.22 && height < 0.4) || (height > 0.58 && height < 0.74);
    return (pale ? Rgb.WHITE : paint).times(light.on(nx, -0.3, z));
  }

  private double half(double v) {
    return 0.1 + (width - 0.1) * (v - TOP) / (FOOT - TOP);
  }
}

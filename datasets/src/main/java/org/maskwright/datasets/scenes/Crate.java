package org.maskwright.datasets.scenes;

/**
 * A wooden crate: planks with dark gaps, grain, and a frame around them.
 *
 * @param wood the planks' colour
 * @param width half its width
 * @param height half its height
 * @param planks number of planks
 * @param braced whether a plank runs across
 * @param grain the wood's grain
 */
record Crate(Rgb wood, double width, double height, int planks, boolean braced, Noise grain)
    implements Shape {
  private static final double FRAME = 0.17;
  private static final double GAP = 0.13;

  static Crate random(SceneRandom random) {
    return new Crate(
        Paints.wood(random),
        random.between(0.75, 1.05),
        random.between(0.7, 0.95),
        3 + random.below(3),
        random.chance(0.5),
        new Noise(random.nextLong()));
  }

  @Override
  public double distance(double u, double v) {
    double x = Math.abs(u) - width;
    double y = Math.abs(v) - height;
    double outX = Math.max(0, x);
    double outY = Math.max(0, y);
    return StrictMath.sqrt(outX * outX + outY * outY) + Math.min(0, Math.max(x, y));
  }

  @Override
  public Rgb colour(double u, double v, Light light) {
    double edge = Math.min(width - Math.abs(u), height - Math.abs(v));
    boolean sides = width - Math.abs(u) < height - Math.abs(v);
    double fibre = sides ? grain.at(u * 14, v * 2.5) : grain.at(u * 2.5, v * 14);
    double shade = light.on(0.15, -0.1, 0.9) * (0.8 + 0.35 * fibre);
    if (edge < FRAME) {
      return wood.times(1.12 * shade * (edge > FRAME - 0.035 ? 0.55 : 1));
    }
    boolean brace = braced && Math.abs(u / width - v / height) < 0.2;
    if (brace) {
      return wood.times(1.06 * shade);
    }
    double position = (v + height) / (2 * height) * planks;
    double inPlank = position - StrictMath.floor(position);
    double tone = 0.72 + 0.22 * grain.lattice((long) position, 5);
    boolean gap = inPlank < GAP || inPlank > 1 - 0.3 * GAP;
    return wood.times(gap ? 0.32 * shade : tone * shade);
  }
}

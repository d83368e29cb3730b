package org.maskwright.datasets.scenes;

import java.util.ArrayList;
import java.util.List;

/**
 * The stuff of one scene: sky down to the horizon, then one to three kinds of ground behind each
 * other, beside each other or one as a patch in another.
 *
 * <p>Distances in textures are in units of 1/128 of the image's height, so a scene looks the same
 * at every size.
 */
final class Terrain {
  private enum Layout {
    BANDS,
    SHORE,
    PATCH
  }

  private static final double UNITS = 128;
  private static final double NO_SKY = -0.35;
  private static final Rgb[][] SKIES = {
    {Rgb.of(0x3F7CC8), Rgb.of(0xBFD9EE)},
    {Rgb.of(0x6FA3DC), Rgb.of(0xDDE8EF)},
    {Rgb.of(0x8F9CAA), Rgb.of(0xC9CFD4)},
    {Rgb.of(0x6C7FAE), Rgb.of(0xEFC29A)},
    {Rgb.of(0x4F93B8), Rgb.of(0xE6E3CF)}
  };
  private static final Rgb[] WATERS = {
    Rgb.of(0x1F5F9E), Rgb.of(0x2A8B97), Rgb.of(0x4E6F80), Rgb.of(0x3E7A5E), Rgb.of(0x2B4F78)
  };
  private static final Rgb[] GRASSES = {
    Rgb.of(0x4C8C34), Rgb.of(0x6E9438), Rgb.of(0x3B6E33), Rgb.of(0x86954A)
  };
  private static final Rgb[] SANDS = {
    Rgb.of(0xD8BF8E), Rgb.of(0xC2A57A), Rgb.of(0xB9AD9A), Rgb.of(0xDCC9AE), Rgb.of(0xC79E6B)
  };

  private final Noise noise;
  private final double horizon;
  private final double tilt;
  private final double hills;
  private final Layout layout;
  private final List<SceneClass> ground;
  private final double[] borders;
  private final double slope;
  private final double patchX;
  private final double patchRadius;
  private final Rgb skyTop;
  private final Rgb skyLow;
  private final double clouds;
  private final Rgb water;
  private final Rgb grass;
  private final Rgb dryGrass;
  private final Rgb sand;

  /** Draws a terrain at random. */
  Terrain(SceneRandom random) {
    noise = new Noise(random.nextLong());
    horizon = random.chance(0.12) ? NO_SKY : random.between(0.2, 0.5);
    tilt = random.between(-0.05, 0.05);
    ground = kinds(random);
    hills = ground.get(0) == SceneClass.WATER ? 0 : random.between(0.01, 0.1);
    layout = layout(random);
    borders =
        ground.size() == 3
            ? new double[] {random.between(0.18, 0.42), random.between(0.55, 0.8)}
            : new double[] {random.between(0.25, 0.7)};
    slope = random.between(-0.3, 0.3);
    patchX = random.between(0.25, 0.75);
    patchRadius = random.between(0.16, 0.28);
    Rgb[] sky = pick(random, SKIES);
    skyTop = sky[0].varied(random, 0.04);
    skyLow = sky[1].varied(random, 0.04);
    clouds = random.between(0.42, 0.75);
    water = pick(random, WATERS).varied(random, 0.04).towards(skyTop, 0.25);
    grass = pick(random, GRASSES).varied(random, 0.04);
    dryGrass = Rgb.of(0x9C9450).varied(random, 0.05);
    sand = pick(random, SANDS).varied(random, 0.04);
  }

  /** Where the horizon is in the middle of the image, as a share of the height; negative: none. */
  double horizon() {
    return horizon;
  }

  /**
   * Paints one pixel.
   *
   * @param x the pixel's centre from the left as a share of the image's height
   * @param y the pixel's centre from the top as a share of the image's height
   * @param pixel the side of a pixel as a share of the image's height
   * @param out receives the colour
   * @return the class
   */
  SceneClass paint(double x, double y, double pixel, Rgb[] out) {
    double sky = horizon + tilt * (x - 0.5) - y;
    if (hills > 0 && Math.abs(sky) < hills) {
      sky += hills * (noise.fractal(x * 3 + 7, 0.5) - 0.5) * 2;
    }
    if (sky > 0) {
      out[0] = sky(x, y);
      return SceneClass.SKY;
    }
    double depth = Math.min(1.2, (y - horizon) / (1 - horizon));
    int kind = kind(x, y, depth);
    out[0] = ground(ground.get(kind), x, y, Math.max(0, depth));
    // The horizon is hazy for half a pixel or so, as lenses are.
    if (-sky < 0.7 * pixel) {
      out[0] = out[0].towards(sky(x, y), 0.5 * (1 + sky / (0.7 * pixel)));
    }
    return ground.get(kind);
  }

  private int kind(double x, double y, double depth) {
    if (ground.size() == 1) {
      return 0;
    }
    double ragged = 0.09 * (noise.fractal(x * 6, y * 6 + 31) - 0.5);
    if (ground.size() == 2 && layout == Layout.SHORE) {
      double side = x - 0.5 + (slope < 0 ? 1 : -1) * 0.9 * (depth - borders[0]);
      return side + 2 * ragged > 0 ? 1 : 0;
    }
    if (ground.size() == 2 && layout == Layout.PATCH) {
      double dx = x - patchX;
      double dy = 1.9 * (depth - 0.55) * (1 - horizon);
      return StrictMath.sqrt(dx * dx + dy * dy) + 2 * ragged < patchRadius ? 1 : 0;
    }
    int kind = 0;
    for (double border : borders) {
      kind += depth + slope * (x - 0.5) * (kind == 0 ? 1 : -0.6) + ragged > border ? 1 : 0;
    }
    return Math.min(kind, ground.size() - 1);
  }

  private Rgb sky(double x, double y) {
    double height = Math.max(0, Math.min(1, 1 - y / Math.max(0.1, horizon)));
    Rgb base = skyLow.towards(skyTop, StrictMath.sqrt(height));
    double cloud = noise.fractal(x * 4.5, y * 9);
    double share = Math.max(0, Math.min(1, (cloud - clouds) * 6));
    return base.towards(Rgb.WHITE.times(0.86 + 0.14 * height), 0.8 * share);
  }

  private Rgb ground(SceneClass kind, double x, double y, double depth) {
    double near = 0.4 + depth;
    double u = x * UNITS;
    double v = y * UNITS;
    return switch (kind) {
      case WATER -> water(u, v, near, depth);
      case GRASS -> grass(u, v, near);
      default -> sand(u, v, near);
    };
  }

  private Rgb water(double u, double v, double near, double depth) {
    double swell = noise.grained(u, v, 11, 2.3, near);
    double ripple = noise.grained(u + 911, v + 13, 4, 1.1, near);
    double wave = 0.65 * swell + 0.35 * ripple;
    double haze = Math.max(0, 1 - 2.5 * depth);
    Rgb base = water.towards(skyLow, 0.45 * haze * haze).times(0.72 + 0.5 * wave);
    double glint = Math.max(0, wave - 0.72) * 3.2;
    return base.towards(Rgb.WHITE, Math.min(0.75, glint));
  }

  private Rgb grass(double u, double v, double near) {
    double blades = noise.grained(u, v, 1.15, 3.6, near);
    double tufts = noise.grained(u + 577, v + 3, 3.2, 4.4, near);
    double meadow = noise.fractal(u / 34 + 9, v / 17);
    Rgb base = grass.towards(dryGrass, Math.max(0, Math.min(0.8, 2.2 * (meadow - 0.42))));
    return base.times(0.52 + 0.55 * blades + 0.32 * tufts);
  }

  private Rgb sand(double u, double v, double near) {
    double bend = 7 * noise.at(u / 21, v / 13 + 71);
    double ripples = wave((v + bend) / (3 * near));
    double grains = noise.lattice((long) (u * 1.5), (long) (v * 1.5)) - 0.5;
    double dunes = noise.fractal(u / 40, v / 16 + 23) - 0.5;
    return sand.times(1 + 0.035 * ripples + 0.13 * grains + 0.22 * dunes);
  }

  /** A wave of period 1 between -1 and 1, of two parabolas. */
  private static double wave(double t) {
    double phase = 2 * (t - (long) t) - 1;
    return 4 * phase * (1 - Math.abs(phase));
  }

  private static List<SceneClass> kinds(SceneRandom random) {
    List<SceneClass> kinds =
        new ArrayList<>(List.of(SceneClass.WATER, SceneClass.GRASS, SceneClass.SAND));
    for (int i = kinds.size() - 1; i > 0; i--) {
      int j = random.below(i + 1);
      SceneClass swap = kinds.get(i);
      kinds.set(i, kinds.get(j));
      kinds.set(j, swap);
    }
    double share = random.unit();
    return kinds.subList(0, share < 0.2 ? 1 : share < 0.75 ? 2 : 3);
  }

  private static Layout layout(SceneRandom random) {
    double share = random.unit();
    return share < 0.55 ? Layout.BANDS : share < 0.85 ? Layout.SHORE : Layout.PATCH;
  }

  private static <T> T pick(SceneRandom random, T[] choices) {
    return choices[random.below(choices.length)];
  }
}

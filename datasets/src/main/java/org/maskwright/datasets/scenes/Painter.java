package org.maskwright.datasets.scenes;

import java.util.List;
import org.maskwright.datasets.RgbImage;

/**
 * Makes the photograph: terrain, shadows, things from the back to the front, lens and sensor.
 *
 * <p>A thing owns a pixel if it is the frontmost that covers at least half of it; that is what the
 * annotation says, and the photograph's soft edges run through the same places.
 */
final class Painter {
  private static final long GRAIN_MASK = (1 << 21) - 1;
  private static final double GRAIN_TO_UNIT = 0x1.0p-21;

  private final int width;
  private final int height;
  private final Terrain terrain;
  private final Light light;
  private final List<Prop> props;
  private final Noise sensor;

  /** Owner of each pixel: the index of a prop, or minus the id of the stuff class. */
  final int[] owners;

  /**
   * Paints a scene.
   *
   * @param props from the back to the front
   */
  Painter(int width, int height, Terrain terrain, Light light, List<Prop> props, long sensorSeed) {
    this.width = width;
    this.height = height;
    this.terrain = terrain;
    this.light = light;
    this.props = props;
    this.sensor = new Noise(sensorSeed);
    this.owners = new int[width * height];
  }

  RgbImage paint() {
    double[] scene = new double[3 * width * height];
    double pixel = 1.0 / height;
    Rgb[] cell = new Rgb[1];
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        double px = (x + 0.5) * pixel;
        double py = (y + 0.5) * pixel;
        owners[i] = -terrain.paint(px, py, pixel, cell).id();
        Rgb colour = cell[0];
        if (owners[i] != -SceneClass.SKY.id()) {
          colour = colour.times(shadow(px, py));
        }
        for (int k = 0; k < props.size(); k++) {
          double cover = 0.5 - props.get(k).distance(px, py) / pixel;
          if (cover > 0) {
            colour = colour.towards(props.get(k).colour(px, py, light), Math.min(1, cover));
            owners[i] = cover >= 0.5 ? k : owners[i];
          }
        }
        double rx = 2 * (x + 0.5) / width - 1;
        double ry = 2 * (y + 0.5) / height - 1;
        double exposure = light.exposure() * (1 - light.vignette() * 0.5 * (rx * rx + ry * ry));
        scene[3 * i] = colour.r() * light.tint().r() * exposure;
        scene[3 * i + 1] = colour.g() * light.tint().g() * exposure;
        scene[3 * i + 2] = colour.b() * light.tint().b() * exposure;
      }
    }
    return new RgbImage(width, height, develop(scene));
  }

  private double shadow(double px, double py) {
    double left = 1;
    for (Prop prop : props) {
      left *= prop.shadow(px, py, light);
    }
    return Math.max(0.3, left);
  }

  /** Blurs a little, adds noise that grows with brightness, and rounds to bytes. */
  private byte[] develop(double[] scene) {
    byte[] rgb = new byte[scene.length];
    for (int y = 0, i = 0; y < height; y++) {
      int up = y == 0 ? 0 : -3 * width;
      int down = y == height - 1 ? 0 : 3 * width;
      for (int x = 0; x < width; x++) {
        int left = x == 0 ? 0 : -3;
        int right = x == width - 1 ? 0 : 3;
        for (int c = 0; c < 3; c++, i++) {
          double around = scene[i + up] + scene[i + down] + scene[i + left] + scene[i + right];
          double v = (1 - 4 * light.blur()) * scene[i] + light.blur() * around;
          double grain = light.grain() * (0.5 + StrictMath.sqrt(Math.max(0, Math.min(1, v))));
          v += grain * gauss(x, y, c);
          rgb[i] = (byte) (int) (255 * Math.max(0, Math.min(1, v)) + 0.5);
        }
      }
    }
    return rgb;
  }

  /** About normal with variance 1: the sum of three uniform numbers, cut from one hash. */
  private double gauss(int x, int y, int channel) {
    long bits = sensor.bits(x, 3L * y + channel);
    long sum = (bits & GRAIN_MASK) + (bits >>> 21 & GRAIN_MASK) + (bits >>> 42 & GRAIN_MASK);
    return 2 * (sum * GRAIN_TO_UNIT - 1.5);
  }
}

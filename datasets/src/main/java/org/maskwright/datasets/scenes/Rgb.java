package org.maskwright.datasets.scenes;

/**
 * A colour with channels nominally in [0,1], not clipped until it is a pixel.
 *
 * @param r red
 * @param g green
 * @param b blue
 */
record Rgb(double r, double g, double b) {
  static final Rgb WHITE = new Rgb(0.95, 0.94, 0.91);

  static Rgb of(int rgb) {
    return new Rgb((rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
  }

  Rgb times(double k) {
    return new Rgb(r * k, g * k, b * k);
  }

  Rgb times(Rgb k) {
    return new Rgb(r * k.r, g * k.g, b * k.b);
  }

  Rgb plus(double d) {
    return new Rgb(r + d, g + d, b + d);
  }

  /** This colour at 0, the other at 1. */
  Rgb towards(Rgb other, double share) {
    return new Rgb(r + (other.r - r) * share, g + (other.g - g) * share, b + (other.b - b) * share);
  }

  /** The colour with each channel moved by up to {@code spread}. */
  Rgb varied(SceneRandom random, double spread) {
    return new Rgb(
        r + random.between(-spread, spread),
        g + random.between(-spread, spread),
        b + random.between(-spread, spread));
  }

  /** Writes the channels, clipped, as three bytes from {@code at} on. */
  void write(byte[] target, int at) {
    target[at] = clipped(r);
    target[at + 1] = clipped(g);
    target[at + 2] = clipped(b);
  }

  private static byte clipped(double channel) {
    return (byte) Math.round(255 * Math.max(0, Math.min(1, channel)));
  }
}

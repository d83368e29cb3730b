package org.maskwright.datasets.transform;

/**
 * Changes of 8-bit colours in place, as Pillow computes them: float32 between the picture and what
 * it is mixed with, truncated.
 */
final class PillowColours {
  private static final int HALF = 128;
  private static final int LEVELS = 256;

  private PillowColours() {}

  /** Mixed with black. */
  static void brightness(byte[] pixels, float factor) {
    byte[] table = mixed(0, factor);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xFF];
    }
  }

  /** Mixed with the mean of its greys. */
  static void contrast(byte[] pixels, float factor) {
    long sum = 0;
    for (int i = 0; i < pixels.length; i += 3) {
      sum += greyAt(pixels, i);
    }
    byte[] table = mixed((int) ((double) sum / (pixels.length / 3) + 0.5), factor);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xFF];
    }
  }

  /** Mixed with its greys. */
  static void saturation(byte[] pixels, float factor) {
    for (int i = 0; i < pixels.length; i += 3) {
      int grey = greyAt(pixels, i);
      for (int c = i; c < i + 3; c++) {
        pixels[c] = (byte) mixed(grey, pixels[c] & 0xFF, factor);
      }
    }
  }

  static void grey(byte[] pixels) {
    for (int i = 0; i < pixels.length; i += 3) {
      byte grey = (byte) greyAt(pixels, i);
      pixels[i] = grey;
      pixels[i + 1] = grey;
      pixels[i + 2] = grey;
    }
  }

  static void solarise(byte[] pixels) {
    for (int i = 0; i < pixels.length; i++) {
      int level = pixels[i] & 0xFF;
      pixels[i] = (byte) (level < HALF ? level : LEVELS - 1 - level);
    }
  }

  /** Luma of ITU-R 601-2 in integers of 16 bits. */
  private static int greyAt(byte[] pixels, int i) {
    return ((pixels[i] & 0xFF) * 19595
            + (pixels[i + 1] & 0xFF) * 38470
            + (pixels[i + 2] & 0xFF) * 7471
            + 0x8000)
        >> 16;
  }

  private static byte[] mixed(int with, float factor) {
    byte[] table = new byte[LEVELS];
    for (int level = 0; level < LEVELS; level++) {
      table[level] = (byte) mixed(with, level, factor);
    }
    return table;
  }

  private static int mixed(int with, int level, float factor) {
    float value = with + factor * (level - with);
    return (int) Math.max(0, Math.min(LEVELS - 1, value));
  }

  /** Through HSV of 8 bits each, the hue modulo 256, and back. */
  static void hue(byte[] pixels, double turn) {
    int shift = (int) (turn * (LEVELS - 1));
    for (int i = 0; i < pixels.length; i += 3) {
      int red = pixels[i] & 0xFF;
      int green = pixels[i + 1] & 0xFF;
      int blue = pixels[i + 2] & 0xFF;
      int most = Math.max(red, Math.max(green, blue));
      int least = Math.min(red, Math.min(green, blue));
      if (most == least) {
        continue; // grey, of whatever hue
      }
      float range = most - least;
      int saturation = clipped((int) (range / most * 255.0));
      int hue = (clipped((int) (hueOf(red, green, blue, most, range) * 255.0)) + shift) & 0xFF;
      if (saturation == 0) {
        pixels[i] = (byte) most;
        pixels[i + 1] = (byte) most;
        pixels[i + 2] = (byte) most;
      } else {
        toColour(hue, saturation, most, pixels, i);
      }
    }
  }

  /** As a share of the circle. */
  private static float hueOf(int red, int green, int blue, int most, float range) {
    float fromRed = (most - red) / range;
    float fromGreen = (most - green) / range;
    float fromBlue = (most - blue) / range;
    float hue;
    if (red == most) {
      hue = fromBlue - fromGreen;
    } else if (green == most) {
      hue = (float) (2.0 + fromRed - fromBlue);
    } else {
      hue = (float) (4.0 + fromGreen - fromRed);
    }
    return (float) ((hue / 6.0 + 1.0) % 1.0);
  }

  private static void toColour(int hue, int saturation, int most, byte[] pixels, int at) {
    int sector = (int) Math.floor((float) hue * 6.0 / 255.0);
    float within = (float) ((float) hue * 6.0 / 255.0 - (float) sector);
    float share = (float) ((float) saturation / 255.0);
    byte v = (byte) most;
    byte p = rounded(most * (1.0 - share));
    byte q = rounded(most * (1.0 - share * within));
    byte t = rounded(most * (1.0 - share * (1.0 - within)));
    switch (sector % 6) {
      case 0 -> put(pixels, at, v, t, p);
      case 1 -> put(pixels, at, q, v, p);
      case 2 -> put(pixels, at, p, v, t);
      case 3 -> put(pixels, at, p, q, v);
      case 4 -> put(pixels, at, t, p, v);
      default -> put(pixels, at, v, p, q);
    }
  }

  private static void put(byte[] pixels, int at, byte red, byte green, byte blue) {
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  }

  /** C's round of what is not negative. */
  private static byte rounded(double value) {
    return (byte) clipped((int) Math.floor(value + 0.5));
  }

  private static int clipped(int value) {
    return Math.max(0, Math.min(LEVELS - 1, value));
  }
}

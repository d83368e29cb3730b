package org.maskwright.datasets.picture;

import java.util.Arrays;
import org.maskwright.datasets.Categories;

/**
 * Stable colours: the same class has the same colour in every picture of every run, and instances
 * of one class get neighbouring but distinguishable colours.
 *
 * <p>The first classes have chosen colours; later ones are spread by the golden angle in OKLCH,
 * where equal steps look equal. Colours are 0xRRGGBB.
 *
 * <p><b>Source</b> B. Ottosson, "A perceptual color space for image processing" (2020).
 */
public final class Palette {
  /** The palette pictures use unless told otherwise. */
  public static final Palette DEFAULT = new Palette(new int[0]);

  private static final int[] CHOSEN = {
    0x2F8BE6, 0xF5A623, 0x36B04A, 0xE6413C, 0x9B51E0, 0x12BFC9, 0xF062A8, 0xA3C614, 0x8C5A3C,
    0x4053C8, 0xFFD23F, 0x0E8F7E, 0xC2185B, 0x7FB3F0, 0x6B8E23, 0xE57C58, 0xB08BE8, 0x5E7C99,
    0x9CE0A0, 0xD4A373
  };

  private static final double GOLDEN_ANGLE = Math.toRadians(137.50776405);
  private static final double[] LIGHTNESS = {0.68, 0.56, 0.78};
  private static final double CHROMA = 0.16;

  /** Shades of a colour that can be told apart. */
  static final int SHADES = 17;

  private static final double[] HUES = {-10, 4, 10, -4}; // degrees from the class's own
  private static final double[] LIGHTS = {-0.18, 0.18, -0.07, 0.08};

  private final int[] classes;

  private Palette(int[] classes) {
    this.classes = classes;
  }

  /**
   * A palette with the data set's own class colours; further classes take the default's colours.
   *
   * @param classes 0xRRGGBB of class 0, 1, ...
   */
  public static Palette ofClasses(int... classes) {
    return new Palette(classes.clone());
  }

  /** The categories' own colours by contiguous index; where one has none, the default's. */
  public static Palette of(Categories categories) {
    int[] classes = new int[categories.size()];
    Arrays.setAll(classes, k -> categories.get(k).rgb().orElse(distinct(k)));
    return new Palette(classes);
  }

  /** Colour of a class; any int is a class. */
  public int category(int category) {
    if (category >= 0 && category < classes.length) {
      return classes[category];
    }
    return distinct(category);
  }

  /**
   * Shade n = 0, 1, ... of a class's colour, for objects of one class beside each other; shade 0 is
   * the colour itself, and after {@link #SHADES} they repeat.
   */
  public int instance(int category, int n) {
    int base = category(category);
    int shade = Math.floorMod(n, SHADES);
    if (shade == 0) {
      return base;
    }
    double[] lch = toLch(base);
    double hue = lch[2] + Math.toRadians(HUES[(shade - 1) % HUES.length]);
    // The steps are about a middle that leaves room on both sides.
    double middle = clamp(lch[0], 0.56, 0.72);
    double light = middle + LIGHTS[(shade - 1) / HUES.length];
    return toRgb(light, Math.max(lch[1], 0.06), hue);
  }

  /** How different two colours look: their distance in OKLab, where black and white have 1. */
  static double distance(int a, int b) {
    double[] p = toLch(a);
    double[] q = toLch(b);
    double dx = p[1] * Math.cos(p[2]) - q[1] * Math.cos(q[2]);
    double dy = p[1] * Math.sin(p[2]) - q[1] * Math.sin(q[2]);
    return Math.sqrt((p[0] - q[0]) * (p[0] - q[0]) + dx * dx + dy * dy);
  }

  /** Colour number n = 0, 1, ... of a sequence of colours as different as possible. */
  public static int distinct(int n) {
    if (n >= 0 && n < CHOSEN.length) {
      return CHOSEN[n];
    }
    double light = LIGHTNESS[Math.floorMod(n, LIGHTNESS.length)];
    return toRgb(light, CHROMA, (n * GOLDEN_ANGLE) % (2 * Math.PI));
  }

  /** The same hue, dark enough for white text on it. */
  static int darkened(int rgb) {
    double[] lch = toLch(rgb);
    return toRgb(Math.min(lch[0], 0.38), Math.min(lch[1], 0.11), lch[2]);
  }

  private static int toRgb(double light, double chroma, double hue) {
    // Out of gamut: the nearest colour of the same hue and lightness is the one with less chroma.
    for (double c = chroma; c > 0; c -= 0.005) {
      double[] rgb = linearRgb(light, c, hue);
      if (inGamut(rgb)) {
        return pack(rgb);
      }
    }
    return pack(linearRgb(light, 0, 0));
  }

  private static double[] linearRgb(double light, double chroma, double hue) {
    double a = chroma * Math.cos(hue);
    double b = chroma * Math.sin(hue);
    double l = cube(light + 0.3963377774 * a + 0.2158037573 * b);
    double m = cube(light - 0.1055613458 * a - 0.0638541728 * b);
    double s = cube(light - 0.0894841775 * a - 1.2914855480 * b);
    return new double[] {
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s
    };
  }

  private static double[] toLch(int rgb) {
    double r = linear(rgb >> 16 & 255);
    double g = linear(rgb >> 8 & 255);
    double b = linear(rgb & 255);
    double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    double light = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    double aa = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    double bb = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
    return new double[] {light, Math.hypot(aa, bb), Math.atan2(bb, aa)};
  }

  private static boolean inGamut(double[] rgb) {
    for (double v : rgb) {
      if (v < -1e-4 || v > 1 + 1e-4) {
        return false;
      }
    }
    return true;
  }

  private static int pack(double[] linear) {
    int rgb = 0;
    for (double v : linear) {
      double c = clamp(v, 0, 1);
      double gamma = c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055;
      rgb = rgb << 8 | (int) Math.round(255 * gamma);
    }
    return rgb;
  }

  private static double linear(int byteValue) {
    double v = byteValue / 255.0;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  }

  private static double cube(double v) {
    return v * v * v;
  }

  private static double clamp(double v, double low, double high) {
    return Math.max(low, Math.min(high, v));
  }
}

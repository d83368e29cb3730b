package org.maskwright.datasets.picture;

import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * The photograph at the picture's size and super-sampled, on which regions are tinted and get their
 * contours; what is written comes last, on the final pixels.
 *
 * <p>Masks are enlarged by the bilinear vote of the four pixels around a sample, so an enlarged
 * contour is smooth and still runs where the mask's pixel edges run. A region that has no sample of
 * its own, as it is too small, gets one.
 */
final class Canvas {
  private static final long MAX_SUPERSAMPLED_PIXELS = 4L << 20;
  private static final double CONTOUR_OPACITY = 0.95;
  private static final double BORDER_OPACITY = 0.8;
  private static final int BORDER = 0x101418;

  /** The number of the region that has a pixel of the photograph, 0 for none. */
  @FunctionalInterface
  private interface Numbers {
    int at(int x, int y);
  }

  private final PictureSize size;
  private final double opacity;
  private final int samples;
  private final int contour;
  private final BufferedImage image;
  private final int[] owners; // region number of each sample, 0 for none

  /**
   * @param opacity of the tint, in [0,1]
   * @param line width of contours in pixels of the picture
   */
  Canvas(byte[] rgb, PictureSize size, double opacity, double line) {
    this.size = size;
    this.opacity = opacity;
    this.samples = size.pixels() <= MAX_SUPERSAMPLED_PIXELS ? 2 : 1;
    this.contour = (int) Math.max(samples, Math.round(samples * line));
    int width = size.width() * samples;
    int height = size.height() * samples;
    if (size.isReduced()) {
      BufferedImage reduced =
          Picture.averaged(rgb, size.photoWidth(), size.photoHeight(), size.width(), size.height());
      this.image =
          samples == 1
              ? reduced
              : Picture.scaled(
                  reduced, width, height, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    } else {
      this.image =
          Picture.scaled(
              Picture.ofRgb(rgb, size.photoWidth(), size.photoHeight()).image(),
              width,
              height,
              size.width() == size.photoWidth()
                  ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                  : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    }
    this.owners = new int[width * height];
  }

  /**
   * Tints the regions of a map and draws their contours.
   *
   * @param numbers of each pixel of the photograph, 0 for none
   * @param colours of the regions by their number
   */
  void tint(int[] numbers, int[] colours) {
    int width = size.photoWidth();
    tint((x, y) -> numbers[y * width + x], new Rectangle(0, 0, width, size.photoHeight()), colours);
  }

  /** Tints one region, which may lie over others, and draws its contour. */
  void tint(RegionMask mask, int number, int[] colours) {
    tint((x, y) -> mask.at(x, y) ? number : 0, mask.box(), colours);
  }

  /** Makes sure that a region is seen, whatever its size. */
  void show(RegionMask mask, int number, int[] colours) {
    Rectangle box = mask.box();
    for (int y = box.y; y < box.y + box.height; y++) {
      for (int x = box.x; x < box.x + box.width; x++) {
        if (mask.at(x, y)) {
          int i = sample(y, size.photoHeight(), size.height()) * image.getWidth();
          i += sample(x, size.photoWidth(), size.width());
          owners[i] = number;
          Picture.pixels(image)[i] = colours[number];
          return;
        }
      }
    }
  }

  /** The sample in the middle of a pixel of the photograph. */
  private int sample(int pixel, int photo, int picture) {
    return Math.min(picture * samples - 1, (int) ((pixel + 0.5) * picture * samples / photo));
  }

  /** The numbers of the regions that have a sample, true at the number. */
  boolean[] seen(int regions) {
    boolean[] seen = new boolean[regions + 1];
    for (int owner : owners) {
      seen[owner] = true;
    }
    return seen;
  }

  private void tint(Numbers numbers, Rectangle box, int[] colours) {
    if (box.isEmpty()) {
      return;
    }
    Patch patch = patch(numbers, box);
    int[] pixels = Picture.pixels(image);
    for (int y = patch.y0; y < patch.y0 + patch.height; y++) {
      for (int x = patch.x0; x < patch.x0 + patch.width; x++) {
        int number = patch.at(x, y);
        if (number != 0) {
          int i = y * image.getWidth() + x;
          double alpha = onContour(patch, x, y) ? CONTOUR_OPACITY : opacity;
          pixels[i] = blend(pixels[i], colours[number], alpha);
          owners[i] = number;
        }
      }
    }
  }

  /** Draws a dark line where two of the parted regions touch that have the same kind. */
  void part(int[] kinds) {
    int line = Math.max(1, contour / 2);
    int w = image.getWidth();
    int h = image.getHeight();
    int[] pixels = Picture.pixels(image);
    for (int y = 0, i = 0; y < h; y++) {
      for (int x = 0; x < w; x++, i++) {
        int owner = owners[i];
        if (owner != 0
            && (parts(owner, owners[i - Math.min(x, line)], kinds)
                || parts(owner, owners[i + Math.min(w - 1 - x, line)], kinds)
                || parts(owner, owners[i - w * Math.min(y, line)], kinds)
                || parts(owner, owners[i + w * Math.min(h - 1 - y, line)], kinds))) {
          pixels[i] = blend(pixels[i], BORDER, BORDER_OPACITY);
        }
      }
    }
  }

  private static boolean parts(int a, int b, int[] kinds) {
    return a != b && b != 0 && kinds[a] == kinds[b] && kinds[a] >= 0;
  }

  /** Averages the samples: the picture, to be written on. */
  BufferedImage finish() {
    return samples == 1 ? image : halved(image);
  }

  /** Region numbers of the samples in a box. */
  private final class Patch {
    private final int x0;
    private final int y0;
    private final int width;
    private final int height;
    private final int[] numbers;

    Patch(int x0, int y0, int x1, int y1) {
      this.x0 = x0;
      this.y0 = y0;
      this.width = x1 - x0;
      this.height = y1 - y0;
      this.numbers = new int[width * height];
    }

    /** 0 beyond the box; at the picture's border what is there goes on. */
    int at(int x, int y) {
      int inX = Math.max(0, Math.min(image.getWidth() - 1, x)) - x0;
      int inY = Math.max(0, Math.min(image.getHeight() - 1, y)) - y0;
      return inX < 0 || inY < 0 || inX >= width || inY >= height ? 0 : numbers[inY * width + inX];
    }
  }

  private Patch patch(Numbers numbers, Rectangle box) {
    double scaleX = (double) image.getWidth() / size.photoWidth();
    double scaleY = (double) image.getHeight() / size.photoHeight();
    Patch patch =
        new Patch(
            (int) Math.floor(box.x * scaleX),
            (int) Math.floor(box.y * scaleY),
            (int) Math.min(image.getWidth(), Math.ceil((box.x + box.width) * scaleX)),
            (int) Math.min(image.getHeight(), Math.ceil((box.y + box.height) * scaleY)));
    for (int y = 0, i = 0; y < patch.height; y++) {
      double v = (patch.y0 + y + 0.5) / scaleY - 0.5;
      for (int x = 0; x < patch.width; x++) {
        patch.numbers[i++] = vote(numbers, (patch.x0 + x + 0.5) / scaleX - 0.5, v);
      }
    }
    return patch;
  }

  /** The number with the largest bilinear weight among the four pixels around (u, v). */
  private int vote(Numbers numbers, double u, double v) {
    int x0 = (int) Math.floor(u);
    int y0 = (int) Math.floor(v);
    double fx = u - x0;
    double fy = v - y0;
    int xa = Math.max(0, x0);
    int xb = Math.min(size.photoWidth() - 1, x0 + 1);
    int ya = Math.max(0, y0);
    int yb = Math.min(size.photoHeight() - 1, y0 + 1);
    int a = numbers.at(xa, ya);
    int b = numbers.at(xb, ya);
    int c = numbers.at(xa, yb);
    int d = numbers.at(xb, yb);
    if (a == b && a == c && a == d) {
      return a;
    }
    double wa = (1 - fx) * (1 - fy);
    double wb = fx * (1 - fy);
    double wc = (1 - fx) * fy;
    double wd = fx * fy;
    double sa = wa + (b == a ? wb : 0) + (c == a ? wc : 0) + (d == a ? wd : 0);
    double sb = wb + (a == b ? wa : 0) + (c == b ? wc : 0) + (d == b ? wd : 0);
    double sc = wc + (a == c ? wa : 0) + (b == c ? wb : 0) + (d == c ? wd : 0);
    double sd = wd + (a == d ? wa : 0) + (b == d ? wb : 0) + (c == d ? wc : 0);
    double best = Math.max(Math.max(sa, sb), Math.max(sc, sd));
    return sa == best ? a : sb == best ? b : sc == best ? c : d;
  }

  /** Whether another region lies within the contour's width; the picture's border is no contour. */
  private boolean onContour(Patch patch, int x, int y) {
    int number = patch.at(x, y);
    if (patch.at(x - contour, y) != number
        || patch.at(x + contour, y) != number
        || patch.at(x, y - contour) != number
        || patch.at(x, y + contour) != number) {
      return true;
    }
    int diagonal = (int) Math.round(contour * Math.sqrt(0.5));
    return patch.at(x - diagonal, y - diagonal) != number
        || patch.at(x + diagonal, y - diagonal) != number
        || patch.at(x - diagonal, y + diagonal) != number
        || patch.at(x + diagonal, y + diagonal) != number;
  }

  private static BufferedImage halved(BufferedImage image) {
    int w = image.getWidth() / 2;
    int h = image.getHeight() / 2;
    var out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    int[] from = Picture.pixels(image);
    int[] to = Picture.pixels(out);
    for (int y = 0, i = 0; y < h; y++) {
      for (int x = 0; x < w; x++, i++) {
        int j = 4 * y * w + 2 * x;
        to[i] = mean(from[j], from[j + 1], from[j + 2 * w], from[j + 2 * w + 1]);
      }
    }
    return out;
  }

  private static int mean(int a, int b, int c, int d) {
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int sum = (a >> shift & 255) + (b >> shift & 255) + (c >> shift & 255) + (d >> shift & 255);
      rgb |= ((sum + 2) / 4) << shift;
    }
    return rgb;
  }

  private static int blend(int under, int over, double alpha) {
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double v = (1 - alpha) * (under >> shift & 255) + alpha * (over >> shift & 255);
      rgb |= (int) (v + 0.5) << shift;
    }
    return rgb;
  }
}

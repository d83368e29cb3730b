package org.maskwright.datasets.picture;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The photograph enlarged and super-sampled, on which masks are painted; labels come last, on the
 * final pixels.
 *
 * <p>Masks are enlarged by the bilinear vote of the four pixels around a sample, so an enlarged
 * contour is smooth and still runs where the mask's pixel edges run.
 */
final class Canvas {
  /** Colour and label of a region. */
  record Look(int colour, String label) {}

  private static final long MAX_SUPERSAMPLED_PIXELS = 4L << 20;
  private static final double CONTOUR_OPACITY = 0.95;

  private final int width;
  private final int height;
  private final int factor;
  private final int step;
  private final int contour;
  private final BufferedImage image;
  private final List<LabelPlacer.Wish> wishes = new ArrayList<>();

  /**
   * @param factor whole enlargement of the photograph, at least 1
   */
  Canvas(Picture photo, int factor) {
    this.width = photo.width();
    this.height = photo.height();
    this.factor = factor;
    long pixels = (long) width * factor * height * factor;
    int samples = pixels <= MAX_SUPERSAMPLED_PIXELS ? 2 : 1;
    this.step = factor * samples;
    double longSide = (double) Math.max(width, height) * factor;
    this.contour = (int) Math.max(samples, Math.round(samples * longSide / 360));
    this.image =
        Picture.scaled(
            photo.image(),
            width * step,
            height * step,
            factor == 1
                ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
  }

  /** Tints the regions of a map that have a look, and draws their contours. */
  void tint(int[] ids, Map<Integer, Look> looks, double opacity) {
    Picture.checkSize("id map", ids.length, 1, width, height);
    int w = image.getWidth();
    int[] big = new int[w * image.getHeight()];
    for (int y = 0, i = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < w; x++) {
        big[i++] = vote(ids, x, y);
      }
    }
    int[] pixels = Picture.pixels(image);
    for (int y = 0, i = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < w; x++, i++) {
        Look look = looks.get(big[i]);
        if (look != null) {
          double alpha = onContour(big, x, y) ? CONTOUR_OPACITY : opacity;
          pixels[i] = blend(pixels[i], look.colour(), alpha);
        }
      }
    }
  }

  /** Tints one mask, which may lie over others, and draws its contour. */
  void tint(byte[] mask, Look look, double opacity) {
    Picture.checkSize("mask", mask.length, 1, width, height);
    int[] b = bounds(mask);
    if (b == null) {
      return;
    }
    int w = image.getWidth();
    int[] ids = new int[mask.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = mask[i] != 0 ? 1 : 0;
    }
    int x0 = b[0] * step;
    int y0 = b[1] * step;
    int x1 = b[2] * step;
    int y1 = b[3] * step;
    int[] big = new int[w * image.getHeight()];
    for (int y = y0; y < y1; y++) {
      for (int x = x0; x < x1; x++) {
        big[y * w + x] = vote(ids, x, y);
      }
    }
    int[] pixels = Picture.pixels(image);
    for (int y = y0; y < y1; y++) {
      for (int x = x0; x < x1; x++) {
        int i = y * w + x;
        if (big[i] != 0) {
          pixels[i] =
              blend(pixels[i], look.colour(), onContour(big, x, y) ? CONTOUR_OPACITY : opacity);
        }
      }
    }
  }

  /** Wishes for a label on a mask; where it goes is decided at the end, when all are known. */
  void label(byte[] mask, Look look) {
    int[] b = bounds(mask);
    if (b != null && !look.label().isEmpty()) {
      wishes.add(LabelPlacer.wish(mask, width, b, factor, look));
    }
  }

  /** Averages the samples, draws the labels, and gives the picture. */
  Picture finish() {
    int samples = step / factor;
    BufferedImage out = samples == 1 ? image : halved(image);
    Graphics2D g = Picture.smooth(out);
    LabelPlacer.draw(g, wishes, out.getWidth(), out.getHeight());
    g.dispose();
    return new Picture(out);
  }

  /** The id with the largest bilinear weight among the four pixels around sample (x, y). */
  private int vote(int[] ids, int x, int y) {
    double u = (x + 0.5) / step - 0.5;
    double v = (y + 0.5) / step - 0.5;
    int x0 = (int) Math.floor(u);
    int y0 = (int) Math.floor(v);
    double fx = u - x0;
    double fy = v - y0;
    int xa = Math.max(0, x0);
    int xb = Math.min(width - 1, x0 + 1);
    int ya = Math.max(0, y0);
    int yb = Math.min(height - 1, y0 + 1);
    int a = ids[ya * width + xa];
    int b = ids[ya * width + xb];
    int c = ids[yb * width + xa];
    int d = ids[yb * width + xb];
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
  private boolean onContour(int[] big, int x, int y) {
    int w = image.getWidth();
    int h = image.getHeight();
    int id = big[y * w + x];
    int left = Math.max(0, x - contour);
    int right = Math.min(w - 1, x + contour);
    int top = Math.max(0, y - contour);
    int bottom = Math.min(h - 1, y + contour);
    if (big[y * w + left] != id
        || big[y * w + right] != id
        || big[top * w + x] != id
        || big[bottom * w + x] != id) {
      return true;
    }
    int diagonal = (int) Math.round(contour * Math.sqrt(0.5));
    return big[Math.max(0, y - diagonal) * w + Math.max(0, x - diagonal)] != id
        || big[Math.max(0, y - diagonal) * w + Math.min(w - 1, x + diagonal)] != id
        || big[Math.min(h - 1, y + diagonal) * w + Math.max(0, x - diagonal)] != id
        || big[Math.min(h - 1, y + diagonal) * w + Math.min(w - 1, x + diagonal)] != id;
  }

  /** Bounds {x0, y0, x1, y1} with exclusive ends, or null for an empty mask. */
  private int[] bounds(byte[] mask) {
    int[] b = {width, height, 0, 0};
    for (int y = 0, i = 0; y < height; y++) {
      for (int x = 0; x < width; x++, i++) {
        if (mask[i] != 0) {
          b[0] = Math.min(b[0], x);
          b[1] = Math.min(b[1], y);
          b[2] = Math.max(b[2], x + 1);
          b[3] = Math.max(b[3], y + 1);
        }
      }
    }
    return b[2] == 0 ? null : b;
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

package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Puts labels where they can be read: in the middle of a region that has room for it, else beside
 * the region's box, never over another label if a free place is near.
 */
final class LabelPlacer {
  /**
   * A label and where it would like to be, in output pixels.
   *
   * @param room distance from the anchor to the nearest edge of the region
   */
  record Wish(
      String text, int colour, double anchorX, double anchorY, double room, Rectangle2D box) {}

  /** A label and where it is. */
  record Placed(Wish wish, Rectangle2D place) {}

  private static final int WIDEST = 0x3FFF;
  private static final int[][] NEIGHBOURS = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};

  private LabelPlacer() {}

  /**
   * The wish of a mask: its deepest point, found by a distance transform, and the box of the
   * connected region around that point.
   */
  static Wish wish(byte[] mask, int width, int[] maskBounds, int factor, Canvas.Look look) {
    int[] deepest = deepest(mask, width, maskBounds);
    int[] bounds = region(mask, width, maskBounds, deepest[0], deepest[1]);
    return new Wish(
        look.label(),
        look.colour(),
        (deepest[0] + 0.5) * factor,
        (deepest[1] + 0.5) * factor,
        deepest[2] / 3.0 * factor,
        new Rectangle2D.Double(
            bounds[0] * factor,
            bounds[1] * factor,
            (bounds[2] - bounds[0]) * factor,
            (bounds[3] - bounds[1]) * factor));
  }

  /** Draws all labels. */
  static void draw(Graphics2D g, List<Wish> wishes, int width, int height) {
    for (Placed label : places(wishes, width, height)) {
      pill(g, label.wish, label.place, textSize(width, height));
    }
  }

  /**
   * The place of each label; those of small regions choose first, as they have fewer good places.
   */
  static List<Placed> places(List<Wish> wishes, int width, int height) {
    double size = textSize(width, height);
    List<Wish> order = new ArrayList<>(wishes);
    order.sort(Comparator.comparingDouble(Wish::room));
    List<Placed> placed = new ArrayList<>();
    for (Wish wish : order) {
      placed.add(new Placed(wish, place(wish, size, width, height, placed)));
    }
    return placed;
  }

  private static double textSize(int width, int height) {
    return Math.max(10, Math.min(28, Math.max(width, height) / 38.0));
  }

  private static void pill(Graphics2D g, Wish wish, Rectangle2D place, double size) {
    double round = place.getHeight() * 0.5;
    Color dark = new Color(Palette.darkened(wish.colour()));
    g.setColor(new Color(dark.getRed(), dark.getGreen(), dark.getBlue(), 225));
    g.fill(
        new RoundRectangle2D.Double(
            place.getX(), place.getY(), place.getWidth(), place.getHeight(), round, round));
    double baseline = place.getCenterY() + size * Lettering.CAP_HEIGHT / 2;
    double left = place.getX() + size * 0.4;
    String text =
        Lettering.fit(wish.text(), Lettering.Face.BOLD, size, place.getWidth() - 0.8 * size + 1);
    Lettering.draw(g, text, Lettering.Face.BOLD, size, Color.WHITE, left, baseline);
  }

  private static Rectangle2D place(
      Wish wish, double size, int width, int height, List<Placed> placed) {
    double w =
        Math.min(width, Lettering.width(wish.text(), Lettering.Face.BOLD, size) + 0.8 * size);
    double h = size * 1.45;
    Rectangle2D best = null;
    double least = Double.POSITIVE_INFINITY;
    for (double[] corner : candidates(wish, w, h)) {
      var r =
          new Rectangle2D.Double(
              Math.max(0, Math.min(width - w, corner[0])),
              Math.max(0, Math.min(height - h, corner[1])),
              w,
              h);
      double overlap = 0;
      for (Placed other : placed) {
        Rectangle2D common = r.createIntersection(other.place);
        if (!common.isEmpty()) {
          overlap += common.getWidth() * common.getHeight();
        }
      }
      if (overlap < least) {
        least = overlap;
        best = r;
      }
    }
    return best;
  }

  private static List<double[]> candidates(Wish wish, double w, double h) {
    List<double[]> corners = new ArrayList<>();
    double middleX = wish.anchorX() - w / 2;
    double middleY = wish.anchorY() - h / 2;
    Rectangle2D box = wish.box();
    double gap = 2;
    boolean roomy = wish.room() > 1.2 * h;
    if (roomy) {
      corners.add(new double[] {middleX, middleY});
    }
    corners.add(new double[] {box.getCenterX() - w / 2, box.getY() - h - gap});
    corners.add(new double[] {box.getCenterX() - w / 2, box.getMaxY() + gap});
    corners.add(new double[] {box.getMaxX() + gap, box.getCenterY() - h / 2});
    corners.add(new double[] {box.getX() - w - gap, box.getCenterY() - h / 2});
    corners.add(new double[] {middleX, middleY});
    for (int k = 1; k <= 4; k++) {
      corners.add(new double[] {middleX, middleY - k * 1.1 * h});
      corners.add(new double[] {middleX, middleY + k * 1.1 * h});
    }
    return corners;
  }

  /**
   * {x, y, 3 * distance} of the pixel farthest from the mask's edge, by a 3-4 chamfer transform.
   */
  private static int[] deepest(byte[] mask, int width, int[] b) {
    int w = b[2] - b[0] + 2;
    int h = b[3] - b[1] + 2;
    int[] d = new int[w * h];
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1; x < w - 1; x++) {
        d[y * w + x] = mask[(b[1] + y - 1) * width + b[0] + x - 1] != 0 ? WIDEST : 0;
      }
    }
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1; x < w - 1; x++) {
        int i = y * w + x;
        int near = Math.min(d[i - 1], d[i - w]) + 3;
        int far = Math.min(d[i - w - 1], d[i - w + 1]) + 4;
        d[i] = Math.min(d[i], Math.min(near, far));
      }
    }
    int best = (h - 1) * w - 2;
    for (int y = h - 2; y > 0; y--) {
      for (int x = w - 2; x > 0; x--) {
        int i = y * w + x;
        int near = Math.min(d[i + 1], d[i + w]) + 3;
        int far = Math.min(d[i + w + 1], d[i + w - 1]) + 4;
        d[i] = Math.min(d[i], Math.min(near, far));
        if (d[i] > d[best]) {
          best = i;
        }
      }
    }
    return new int[] {b[0] + best % w - 1, b[1] + best / w - 1, d[best]};
  }

  /** Bounds of the 4-connected region of the mask that holds pixel (x, y). */
  private static int[] region(byte[] mask, int width, int[] b, int x, int y) {
    int w = b[2] - b[0];
    int h = b[3] - b[1];
    boolean[] seen = new boolean[w * h];
    var todo = new ArrayDeque<Integer>();
    int start = (y - b[1]) * w + x - b[0];
    seen[start] = true;
    todo.add(start);
    int[] r = {x, y, x + 1, y + 1};
    while (!todo.isEmpty()) {
      int i = todo.remove();
      int px = i % w;
      int py = i / w;
      r[0] = Math.min(r[0], b[0] + px);
      r[1] = Math.min(r[1], b[1] + py);
      r[2] = Math.max(r[2], b[0] + px + 1);
      r[3] = Math.max(r[3], b[1] + py + 1);
      for (int[] step : NEIGHBOURS) {
        int nx = px + step[0];
        int ny = py + step[1];
        if (nx >= 0
            && ny >= 0
            && nx < w
            && ny < h
            && !seen[ny * w + nx]
            && mask[(b[1] + ny) * width + b[0] + nx] != 0) {
          seen[ny * w + nx] = true;
          todo.add(ny * w + nx);
        }
      }
    }
    return r;
  }
}

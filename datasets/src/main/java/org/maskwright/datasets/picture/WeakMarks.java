package org.maskwright.datasets.picture;

import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;

/**
 * Points and boxes as pixels to be drawn in place of a mask: the outline of the box, discs where
 * the object is, rings where it is not.
 */
public final class WeakMarks {
  /** Shares of the picture's long side. */
  private static final double RADIUS = 1 / 120.0;

  private static final double LINE = 1 / 400.0;

  private WeakMarks() {}

  /** A bitmap [H,W] of 0 and 1. */
  public static byte[] of(WeakLabel label, Size picture) {
    byte[] out = new byte[Math.multiplyExact(picture.width(), picture.height())];
    int side = Math.max(picture.width(), picture.height());
    label.box().ifPresent(box -> outline(box, (int) Math.max(1, side * LINE), picture, out));
    PointLabels points = label.points();
    double radius = Math.max(2, side * RADIUS);
    for (int p = 0; p < points.count(); p++) {
      mark(points.x(p), points.y(p), radius, points.inside(p) ? 0 : radius / 2, picture, out);
    }
    return out;
  }

  private static void outline(Box box, int line, Size picture, byte[] out) {
    int left = (int) Math.floor(box.x());
    int top = (int) Math.floor(box.y());
    int right = (int) Math.ceil(box.x() + box.width());
    int bottom = (int) Math.ceil(box.y() + box.height());
    for (int y = Math.max(0, top); y < Math.min(picture.height(), bottom); y++) {
      for (int x = Math.max(0, left); x < Math.min(picture.width(), right); x++) {
        boolean edge = x < left + line || x >= right - line || y < top + line || y >= bottom - line;
        if (edge) {
          out[y * picture.width() + x] = 1;
        }
      }
    }
  }

  private static void mark(
      double x0, double y0, double radius, double hole, Size picture, byte[] out) {
    for (int y = (int) (y0 - radius); y <= y0 + radius; y++) {
      for (int x = (int) (x0 - radius); x <= x0 + radius; x++) {
        double distance = Math.hypot(x + 0.5 - x0, y + 0.5 - y0);
        boolean in = x >= 0 && y >= 0 && x < picture.width() && y < picture.height();
        if (in && distance <= radius && distance >= hole) {
          out[y * picture.width() + x] = 1;
        }
      }
    }
  }
}

package org.maskwright.datasets.labelling;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** The shapes that tools draw, as polygons in pixels: x0, y0, x1, y1, ... */
final class Shapes {
  /** How far a polygon may be from the curve that it stands for. */
  private static final double CURVE_PX = 0.05;

  private static final int LEAST_CORNERS = 16;
  private static final int MOST_CORNERS = 4096;

  private Shapes() {}

  /** The rectangle with two corners that lie across. */
  static double[] rectangle(double x0, double y0, double x1, double y1) {
    return new double[] {x0, y0, x1, y0, x1, y1, x0, y1};
  }

  /**
   * An ellipse.
   *
   * @param turn the angle from the x axis to the first radius, in radians, towards the y axis
   */
  static double[] ellipse(double x, double y, double radiusX, double radiusY, double turn) {
    double radius = Math.max(Math.abs(radiusX), Math.abs(radiusY));
    double step = Math.acos(Math.max(0, 1 - CURVE_PX / Math.max(radius, CURVE_PX)));
    int corners = (int) Math.ceil(Math.PI / Math.max(step, Math.PI / MOST_CORNERS));
    corners = Math.max(LEAST_CORNERS, corners);
    double[] ring = new double[2 * corners];
    for (int i = 0; i < corners; i++) {
      double angle = 2 * Math.PI * i / corners;
      double u = radiusX * Math.cos(angle);
      double v = radiusY * Math.sin(angle);
      ring[2 * i] = x + u * Math.cos(turn) - v * Math.sin(turn);
      ring[2 * i + 1] = y + u * Math.sin(turn) + v * Math.cos(turn);
    }
    return ring;
  }

  /**
   * A polygon that has an area.
   *
   * @throws DatasetException if it has fewer than three points, or a coordinate is out of range
   */
  static double[] checked(double[] ring) {
    if (ring.length < 6) {
      throw new DatasetException("polygon: expected at least 3 points, got " + ring.length / 2);
    }
    for (double coordinate : ring) {
      if (!(Math.abs(coordinate) <= Polygons.MAX_COORDINATE)) {
        throw new DatasetException(
            "polygon: expected coordinates within +-%s, got %s"
                .formatted(Polygons.MAX_COORDINATE, coordinate));
      }
    }
    return ring;
  }

  /** Polygons without their holes: what lies in an odd number of the rings. */
  static SegmentMask withHoles(List<double[]> rings, Size size) {
    return rings.size() == 1
        ? new SegmentMask.Polygons(rings)
        : new SegmentMask.Runs(Polygons.evenOdd(rings, size.height(), size.width()));
  }

  /**
   * A bitmap that lies at a place of the image; what reaches out of it is cut off.
   *
   * @param bitmap [height * width], not 0 where the object is
   */
  static SegmentMask placed(byte[] bitmap, Size part, int left, int top, Size image) {
    byte[] whole = new byte[Math.multiplyExact(image.width(), image.height())];
    for (int y = Math.max(0, -top); y < Math.min(part.height(), image.height() - top); y++) {
      for (int x = Math.max(0, -left); x < Math.min(part.width(), image.width() - left); x++) {
        whole[(top + y) * image.width() + left + x] = bitmap[y * part.width() + x];
      }
    }
    return new SegmentMask.Runs(Rle.ofBitmap(whole, image.height(), image.width()));
  }

  /** One mask of several that are one object. */
  static SegmentMask united(List<SegmentMask> masks, Size size) {
    if (masks.size() == 1) {
      return masks.get(0);
    }
    List<double[]> rings = new ArrayList<>();
    for (SegmentMask mask : masks) {
      if (!(mask instanceof SegmentMask.Polygons polygons)) {
        return new SegmentMask.Runs(Rle.union(masks.stream().map(m -> m.toRle(size)).toList()));
      }
      rings.addAll(polygons.rings());
    }
    return new SegmentMask.Polygons(rings);
  }
}

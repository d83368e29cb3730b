package org.maskwright.datasets.mask;

import java.util.ArrayList;
import java.util.List;

/**
 * The outline of one connected part of a mask: a closed polygon around it and one around each of
 * its holes, all along the edges of pixels.
 *
 * <p>Pixels that touch at a corner alone are parts of their own; holes that do are one hole each.
 * No ring meets itself, not even in a point, so that the rings are a valid polygon of OGC's simple
 * features (GeoJSON).
 *
 * <p><b>Shapes</b> a ring is [x0, y0, x1, y1, ...] in pixels, x to the right, y down, (0, 0) the
 * outer corner of the first pixel; the last point is joined to the first and not repeated. On the
 * screen the ring around the part runs clockwise, those of holes run the other way.
 *
 * <p><b>Maths</b> Rasterised by COCO's rule or by even-odd filling, the rings ({@link
 * Polygons#evenOdd}) and {@link #bridged} both give the part's pixels again, exactly.
 *
 * <p><b>Threads</b> Immutable, as long as nobody writes to the arrays.
 */
public final class Outline {
  private final double[] outer;
  private final List<double[]> holes;

  Outline(double[] outer, List<double[]> holes) {
    this.outer = outer;
    this.holes = List.copyOf(holes);
  }

  /**
   * The outlines of all parts of a mask, from left to right; none for an empty mask.
   *
   * <p><b>Cost, memory</b> the length of the outlines times the logarithm of the runs in a column;
   * no bitmap is made.
   */
  public static List<Outline> of(Rle mask) {
    return new OutlineTracer(mask).trace();
  }

  /** The ring around the part; not a copy. */
  public double[] outer() {
    return outer;
  }

  /** A ring around each hole; not copies. */
  public List<double[]> holes() {
    return holes;
  }

  /** The ring around the part, then those of its holes. */
  public List<double[]> rings() {
    List<double[]> rings = new ArrayList<>(holes.size() + 1);
    rings.add(outer);
    rings.addAll(holes);
    return rings;
  }

  /**
   * One ring that goes to each hole and comes back by the same cut of no width, for formats that
   * know no holes (COCO's polygons, YOLO, labelme).
   */
  public double[] bridged() {
    return joined(rings());
  }

  /**
   * One ring of several, by cuts of no width: rasterised by COCO's rule or by even-odd filling it
   * gives the pixels that lie in an odd number of them.
   *
   * <p><b>Cost</b> about linear in the number of points, however many rings there are
   *
   * @throws IllegalArgumentException if there is none
   */
  public static double[] joined(List<double[]> rings) {
    if (rings.isEmpty()) {
      throw new IllegalArgumentException("joined: expected at least one ring");
    }
    return rings.size() == 1 ? rings.get(0) : RingJoiner.join(rings);
  }

  /**
   * With fewer points: every point that was left out lies within {@code tolerance} pixels of the
   * line that replaces it (Douglas and Peucker 1973). A ring that would have no area left stays as
   * it is; rings that come closer to each other than twice the tolerance may cross.
   *
   * @throws IllegalArgumentException if the tolerance is negative or not finite
   */
  public Outline simplified(double tolerance) {
    if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("tolerance: expected at least 0 pixels, got " + tolerance);
    }
    return tolerance == 0
        ? this
        : new Outline(
            RingSimplifier.simplify(outer, tolerance),
            holes.stream().map(hole -> RingSimplifier.simplify(hole, tolerance)).toList());
  }
}

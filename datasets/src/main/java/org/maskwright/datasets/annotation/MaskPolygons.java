package org.maskwright.datasets.annotation;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Outline;
import org.maskwright.datasets.mask.Rle;

/**
 * Masks as polygons, for formats that hold nothing else. Polygons of an annotation stay as they
 * are; other masks get outlines along the edges of their pixels, which rasterised by COCO's rule or
 * by even-odd filling are the same pixels again. Holes are reached by cuts of no width.
 *
 * @param tolerance outlines may be this far from the masks' edges, in pixels; 0: they are the edges
 */
public record MaskPolygons(double tolerance) {
  /** Outlines that are the masks' edges. */
  public static final MaskPolygons EXACT = new MaskPolygons(0);

  /**
   * Checks the tolerance.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public MaskPolygons {
    if (!(tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("tolerance: expected at least 0 pixels, got " + tolerance);
    }
  }

  /** A closed polygon around each part of a mask, with its holes. */
  public List<Outline> outlines(Rle mask) {
    return Outline.of(mask).stream().map(part -> part.simplified(tolerance)).toList();
  }

  /** A ring for each part of a mask; none for a mask without a pixel. */
  List<double[]> rings(SegmentMask mask, Size size) {
    return mask instanceof SegmentMask.Polygons polygons
        ? polygons.rings()
        : outlines(mask.toRle(size)).stream().map(Outline::bridged).toList();
  }

  /** One ring for a mask; empty for a mask without a pixel. */
  Optional<double[]> ring(SegmentMask mask, Size size) {
    if (mask instanceof SegmentMask.Polygons polygons
        && polygons.rings().size() == 1
        && isInside(polygons.rings().get(0), size)) {
      return Optional.of(polygons.rings().get(0));
    }
    List<double[]> rings =
        outlines(mask.toRle(size)).stream().flatMap(part -> part.rings().stream()).toList();
    return rings.isEmpty() ? Optional.empty() : Optional.of(Outline.joined(rings));
  }

  private static boolean isInside(double[] ring, Size size) {
    for (int i = 0; i < ring.length; i += 2) {
      boolean across = ring[i] >= 0 && ring[i] <= size.width();
      boolean down = ring[i + 1] >= 0 && ring[i + 1] <= size.height();
      if (!across || !down) {
        return false;
      }
    }
    return true;
  }
}

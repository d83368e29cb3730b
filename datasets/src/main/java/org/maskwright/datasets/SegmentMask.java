package org.maskwright.datasets;

import java.util.List;
import java.util.Objects;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;

/**
 * Where a segment is, in the compact form its data set stores. A bitmap is made only for the crop
 * that needs one.
 */
public sealed interface SegmentMask {
  /**
   * The mask as run lengths.
   *
   * @param size of the image
   * @throws DatasetException if nobody drew it
   */
  Rle toRle(Size size);

  /** Polygons whose union is the mask; pixel (x, y) covers the square (x, y) to (x + 1, y + 1). */
  final class Polygons implements SegmentMask {
    private final List<double[]> rings;

    /**
     * Polygons over {@code rings}, each x0, y0, x1, y1, ... in pixels of the image; arrays are not
     * copied.
     *
     * @throws IllegalArgumentException if a ring has fewer than 3 points or half a point
     */
    public Polygons(List<double[]> rings) {
      this.rings = List.copyOf(rings);
      for (double[] ring : rings) {
        if (ring.length < 6 || ring.length % 2 != 0) {
          throw new IllegalArgumentException(
              "polygon: expected an even count of at least 6 coordinates, got " + ring.length);
        }
      }
    }

    /** The polygons, each x0, y0, x1, y1, ...; the arrays are not copies. */
    public List<double[]> rings() {
      return rings;
    }

    @Override
    public Rle toRle(Size size) {
      return org.maskwright.datasets.mask.Polygons.toRle(rings, size.height(), size.width());
    }
  }

  /**
   * COCO run lengths.
   *
   * @param rle a mask of the size of the image
   */
  record Runs(Rle rle) implements SegmentMask {
    public Runs {
      Objects.requireNonNull(rle, "rle");
    }

    @Override
    public Rle toRle(Size size) {
      return rle;
    }
  }

  /**
   * The pixels of a label map that carry one id. The segments of an image share one map.
   *
   * @param map the ids of the whole image
   * @param id the id of this segment in the map
   */
  record Labelled(LabelMap map, int id) implements SegmentMask {
    public Labelled {
      Objects.requireNonNull(map, "map");
    }

    @Override
    public Rle toRle(Size size) {
      return Rle.ofLabel(map.labels(), map.height(), map.width(), id);
    }
  }

  /**
   * A mask that nobody drew: what is known of it instead. There is no such bitmap, so whoever asks
   * for one is refused; training can be told to learn from what is known.
   */
  record Weak(WeakLabel label) implements SegmentMask {
    public Weak {
      Objects.requireNonNull(label, "label");
    }

    @Override
    public Rle toRle(Size size) {
      throw new DatasetException(
          "expected a mask, the annotation has %s: training learns from it with data.source.supervision.type = as-annotated, while evaluation and conversion need masks (docs/weak-labels.md)"
              .formatted(label.described()));
    }
  }
}

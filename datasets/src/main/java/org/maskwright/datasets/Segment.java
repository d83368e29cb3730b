package org.maskwright.datasets;

import java.util.Objects;

/**
 * A piece of an annotated image: an object, a crowd of objects, or the pixels of a class.
 *
 * @param category the contiguous class index (see {@link Categories})
 * @param crowd true if the mask covers a group that was not told apart; never trained on
 * @param id the annotation's id in its file (COCO annotation id, panoptic segment id, instance id)
 * @param mask where it is
 */
public record Segment(int category, boolean crowd, long id, SegmentMask mask) {
  public Segment {
    Objects.requireNonNull(mask, "mask");
    if (category < 0) {
      throw new IllegalArgumentException("segment " + id + ": category index " + category);
    }
  }
}

package org.maskwright.datasets;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

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

  /**
   * The first of an image's segments whose mask nobody drew, as a problem; empty if each has one.
   */
  public static Optional<DatasetException> maskless(List<Segment> segments) {
    return segments.stream()
        .filter(s -> s.mask() instanceof SegmentMask.Weak)
        .findFirst()
        .map(s -> ((SegmentMask.Weak) s.mask()).label().noMask().forAnnotation(s.id()));
  }
}

package org.maskwright.datasets;

import java.util.List;
import java.util.Objects;

/**
 * An image with its annotation, as stored: nothing resized, masks compact. Pixels that no segment
 * covers are void (ignored by metrics, background to the loss).
 *
 * @param info id, file and declared size
 * @param image the photograph at its full size
 * @param segments the annotation; segments that share a label map share the same instance of it
 * @param words what somebody said that the photograph shows, of no place in it; empty if nobody did
 */
public record Sample(SampleInfo info, Photograph image, List<Segment> segments, List<Word> words) {
  /**
   * Checks that masks fit.
   *
   * @throws DatasetException if a mask has another size than the image, or points and box in its
   *     place cannot be of an object of the image
   */
  public Sample {
    Objects.requireNonNull(info, "info");
    Objects.requireNonNull(image, "image");
    segments = List.copyOf(segments);
    words = List.copyOf(words);
    for (Segment segment : segments) {
      requireSize(info, image, segment);
    }
  }

  /** Of whose photograph nobody said a word. */
  public Sample(SampleInfo info, Photograph image, List<Segment> segments) {
    this(info, image, segments, List.of());
  }

  /** The same with another annotation. */
  public Sample withSegments(List<Segment> others) {
    return new Sample(info, image, others, words);
  }

  /** The same with what somebody said that the photograph shows. */
  public Sample withWords(List<Word> said) {
    return new Sample(info, image, segments, said);
  }

  private static void requireSize(SampleInfo info, Photograph image, Segment segment) {
    int height = image.height();
    int width = image.width();
    if (segment.mask() instanceof SegmentMask.Weak weak) {
      requireWithin(info, new Size(width, height), segment, weak.label());
    }
    if (segment.mask() instanceof SegmentMask.Runs runs) {
      height = runs.rle().height();
      width = runs.rle().width();
    } else if (segment.mask() instanceof SegmentMask.Labelled labelled) {
      height = labelled.map().height();
      width = labelled.map().width();
    }
    if (height != image.height() || width != image.width()) {
      throw new DatasetException(
              "the mask: expected the image's size %d x %d, got %d x %d%s"
                  .formatted(
                      image.width(),
                      image.height(),
                      width,
                      height,
                      SwappedSides.hint(image.width(), image.height(), width, height)))
          .forImage(info.imageId())
          .forAnnotation(segment.id());
    }
  }

  private static void requireWithin(SampleInfo info, Size size, Segment segment, WeakLabel label) {
    try {
      label.within(size);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e)
          .forImage(info.imageId())
          .forAnnotation(segment.id());
    }
  }
}

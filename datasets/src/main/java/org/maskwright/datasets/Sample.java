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
 */
public record Sample(SampleInfo info, RgbImage image, List<Segment> segments) {
  public Sample {
    Objects.requireNonNull(info, "info");
    Objects.requireNonNull(image, "image");
    segments = List.copyOf(segments);
  }
}

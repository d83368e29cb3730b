package org.maskwright.datasets.annotation;

import java.util.Objects;
import java.util.OptionalDouble;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;

/**
 * A segment as a file of annotations holds it.
 *
 * @param segment class, crowd and mask; its id is not written
 * @param score confidence in [0,1] of a prediction; empty for what somebody drew
 */
public record Annotated(Segment segment, OptionalDouble score) {
  public Annotated {
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(score, "score");
  }

  /** A segment that somebody drew. */
  public static Annotated drawn(Segment segment) {
    return new Annotated(segment, OptionalDouble.empty());
  }

  /** A segment that a model found. */
  public static Annotated found(Segment segment, double score) {
    return new Annotated(segment, OptionalDouble.of(score));
  }

  Rle mask(Size size) {
    return segment.mask().toRle(size);
  }
}

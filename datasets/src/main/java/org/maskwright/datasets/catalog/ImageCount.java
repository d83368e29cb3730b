package org.maskwright.datasets.catalog;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Dataset.Label;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;

/** The segments of one image, counted. */
final class ImageCount {
  private static final long[] NONE = {};

  private final List<Label> labels;
  private final long[] areas;
  private final long pixels;
  private final long unlabelled;

  private ImageCount(List<Label> labels, long[] areas, long pixels, long unlabelled) {
    this.labels = labels;
    this.areas = areas;
    this.pixels = pixels;
    this.unlabelled = unlabelled;
  }

  List<Label> labels() {
    return labels;
  }

  /** The pixels of each segment; empty if they were not counted. Not a copy. */
  long[] areas() {
    return areas;
  }

  /** Those of the image, 0 if they were not counted. */
  long pixels() {
    return pixels;
  }

  /** Pixels that no segment has; 0 where segments may overlap. */
  long unlabelled() {
    return unlabelled;
  }

  /** Segments alone. */
  static ImageCount ofLabels(List<Label> labels) {
    return new ImageCount(labels, NONE, 0, 0);
  }

  static ImageCount of(Sample sample) {
    return of(sample.segments(), sample.image().height(), sample.image().width());
  }

  /** Reads the annotation, and the photograph where nothing else says its size. */
  static ImageCount of(Dataset dataset, int index) {
    List<Segment> segments = dataset.segments(index);
    Size size = ImageSize.of(dataset, index, segments);
    return of(segments, size.height(), size.width());
  }

  /** As {@link #of(Dataset, int)}; null if a file is broken. */
  static ImageCount ofReadable(Dataset dataset, int index) {
    try {
      return of(dataset, index);
    } catch (DatasetException | IllegalArgumentException e) {
      return null; // it is reported where it is loaded
    }
  }

  private static ImageCount of(List<Segment> segments, int height, int width) {
    long pixels = (long) height * width;
    long[] areas = SegmentAreas.of(segments, height, width);
    boolean apart = segments.stream().allMatch(s -> s.mask() instanceof SegmentMask.Labelled);
    long unlabelled = apart ? Math.max(0, pixels - Arrays.stream(areas).sum()) : 0;
    return new ImageCount(
        segments.stream().map(s -> new Label(s.category(), s.crowd())).toList(),
        areas,
        pixels,
        unlabelled);
  }
}

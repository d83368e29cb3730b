package org.maskwright.modelzoo.postprocess;

import java.util.List;

/** A segment for every pixel; 0 is void. */
public final class PanopticMap {
  private final int height;
  private final int width;
  private final int[] ids;
  private final List<Segment> segments;

  /** Takes over row-major ids. */
  public PanopticMap(int height, int width, int[] ids, List<Segment> segments) {
    this.height = height;
    this.width = width;
    this.ids = ids;
    this.segments = List.copyOf(segments);
    if (ids.length != (long) height * width) {
      throw new IllegalArgumentException(
          "panoptic map: expected " + height + " x " + width + " ids, got " + ids.length);
    }
  }

  /**
   * One segment.
   *
   * @param id what the pixels hold, from 1
   * @param classIndex contiguous class
   * @param thing whether its class is a thing
   * @param score class probability of its (first) query
   */
  public record Segment(int id, int classIndex, boolean thing, double score) {}

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** The row-major ids themselves, not a copy; not to be changed. */
  public int[] ids() {
    return ids;
  }

  /** The segments in order of their ids. */
  public List<Segment> segments() {
    return segments;
  }
}

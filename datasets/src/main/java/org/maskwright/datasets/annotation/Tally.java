package org.maskwright.datasets.annotation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts what was written, and what a format cannot hold.
 *
 * <p><b>Threads</b> one.
 */
public final class Tally {
  private int images;
  private long objects;
  private final Map<String, Long> lost = new LinkedHashMap<>();

  /** One more image. */
  public void image() {
    images++;
  }

  /** One more object, or region of a class. */
  public void object() {
    objects++;
  }

  /**
   * Something that the format cannot hold.
   *
   * @param what the kind, as it follows a number: "crowds are left out"
   */
  public void lost(String what) {
    lost.merge(what, 1L, Long::sum);
  }

  /** The number of images. */
  public int images() {
    return images;
  }

  /** The number of objects. */
  public long objects() {
    return objects;
  }

  /** What was lost, a line with its count for each kind. */
  public List<String> losses() {
    return lost.entrySet().stream().map(kind -> kind.getValue() + " " + kind.getKey()).toList();
  }
}

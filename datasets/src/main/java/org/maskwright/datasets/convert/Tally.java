package org.maskwright.datasets.convert;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what was written, and what was lost on the way. */
public final class Tally {
  private int images;
  private long objects;
  private final Map<String, Long> lost = new LinkedHashMap<>();

  Tally() {}

  /** One more image. */
  public void image() {
    images++;
  }

  /** One more object, or region of a class. */
  public void object() {
    objects++;
  }

  /**
   * Something that the target cannot hold.
   *
   * @param what the kind, as it follows a number: "crowds are left out"
   */
  public void lost(String what) {
    lost.merge(what, 1L, Long::sum);
  }

  Conversion.Report report() {
    List<String> lines =
        lost.entrySet().stream().map(kind -> kind.getValue() + " " + kind.getKey()).toList();
    return new Conversion.Report(images, objects, lines);
  }
}

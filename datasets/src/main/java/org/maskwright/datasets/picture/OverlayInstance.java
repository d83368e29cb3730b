package org.maskwright.datasets.picture;

import org.maskwright.datasets.mask.Rle;

/**
 * One instance to draw: a mask of the photograph's size, its class and confidence.
 *
 * <p>A class and not a record, as it may hold an array; the mask is not copied.
 */
public final class OverlayInstance {
  /** Makes the mask for a photograph of a size, which it must have. */
  @FunctionalInterface
  private interface Masks {
    RegionMask of(int width, int height);
  }

  private final Masks mask;
  private final int category;
  private final boolean thing;
  private final boolean alone;
  private final String name;
  private final double score;

  private OverlayInstance(
      Masks mask, int category, boolean thing, boolean alone, String name, double score) {
    this.mask = mask;
    this.category = category;
    this.thing = thing;
    this.alone = alone;
    this.name = name;
    this.score = score;
  }

  /**
   * An instance with a confidence.
   *
   * @param mask width * height values, rows from the top, 0 = outside
   * @param category class id; gives the colour
   * @param name class name, "" for no label
   * @param score confidence in [0,1], or NaN where there is none (annotations)
   */
  public OverlayInstance(byte[] mask, int category, String name, double score) {
    this((w, h) -> RegionMask.of(mask, w, h), category, true, false, name, score);
  }

  /** An instance without a confidence: an annotation. */
  public OverlayInstance(byte[] mask, int category, String name) {
    this(mask, category, name, Double.NaN);
  }

  /** An instance whose mask is run-length encoded. */
  public OverlayInstance(Rle mask, int category, String name, double score) {
    this((w, h) -> RegionMask.of(mask, w, h), category, true, false, name, score);
  }

  /**
   * The same, as all that a class has in the picture and not one object: a legend tells its share
   * of the picture and does not count it.
   */
  public OverlayInstance asStuff() {
    return new OverlayInstance(mask, category, false, false, name, score);
  }

  /**
   * The same, as an object whose name is its own, such as a track: a legend names it and does not
   * count it. The category is its own too.
   */
  public OverlayInstance asNamed() {
    return new OverlayInstance(mask, category, true, true, name, score);
  }

  Region region(int width, int height) {
    return new Region(
        mask.of(width, height), category, thing, alone, name, OverlaySegment.label(name, score));
  }
}

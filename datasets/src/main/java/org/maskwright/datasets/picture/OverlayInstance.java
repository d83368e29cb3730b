package org.maskwright.datasets.picture;

import org.maskwright.datasets.mask.Rle;

/**
 * One instance to draw: a mask of the photograph's size, its class and confidence.
 *
 * <p>A class and not a record, as it holds an array; the mask is not copied.
 */
public final class OverlayInstance {
  final byte[] mask;
  final int category;
  final String label;

  /**
   * An instance with a confidence.
   *
   * @param mask width * height values, rows from the top, 0 = outside
   * @param category class id; gives the colour
   * @param name class name, "" for no label
   * @param score confidence in [0,1], or NaN where there is none (annotations)
   */
  public OverlayInstance(byte[] mask, int category, String name, double score) {
    this.mask = mask;
    this.category = category;
    this.label = OverlaySegment.label(name, score);
  }

  /** An instance without a confidence: an annotation. */
  public OverlayInstance(byte[] mask, int category, String name) {
    this(mask, category, name, Double.NaN);
  }

  /** An instance whose mask is run-length encoded. */
  public OverlayInstance(Rle mask, int category, String name, double score) {
    this(mask.toBitmap(), category, name, score);
  }
}

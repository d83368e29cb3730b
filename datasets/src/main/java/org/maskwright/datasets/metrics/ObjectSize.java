package org.maskwright.datasets.metrics;

import java.util.Locale;

/** COCO's size classes of objects by area in pixels, each object in one. */
public enum ObjectSize {
  /** Below 32 x 32 pixels. */
  SMALL,
  /** From there to below 96 x 96 pixels. */
  MEDIUM,
  /** The others. */
  LARGE;

  /** The class of an area in pixels. */
  public static ObjectSize of(double area) {
    if (area < SizeBounds.COCO.mediumFrom()) {
      return SMALL;
    }
    return area < SizeBounds.COCO.largeFrom() ? MEDIUM : LARGE;
  }

  /** As in tables and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

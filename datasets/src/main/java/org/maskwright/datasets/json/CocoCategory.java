package org.maskwright.datasets.json;

import java.util.OptionalInt;

/**
 * A category of a COCO, LVIS or panoptic file.
 *
 * @param supercategory "" if absent
 * @param thing false for the stuff of a panoptic file; true where the file does not say
 * @param frequency LVIS: "r", "c" or "f"; "" if absent
 * @param rgb panopticapi's {@code color} as 0xRRGGBB, if there is one
 */
public record CocoCategory(
    int id, String name, String supercategory, boolean thing, String frequency, OptionalInt rgb) {
  public CocoCategory(int id, String name, boolean thing) {
    this(id, name, "", thing, "", OptionalInt.empty());
  }
}

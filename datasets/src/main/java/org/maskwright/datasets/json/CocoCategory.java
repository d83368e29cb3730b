package org.maskwright.datasets.json;

/**
 * A category of a COCO, LVIS or panoptic file.
 *
 * @param supercategory "" if absent
 * @param thing false for the stuff of a panoptic file; true where the file does not say
 * @param frequency LVIS: "r", "c" or "f"; "" if absent
 */
public record CocoCategory(
    int id, String name, String supercategory, boolean thing, String frequency) {
  public CocoCategory(int id, String name) {
    this(id, name, "", true, "");
  }
}

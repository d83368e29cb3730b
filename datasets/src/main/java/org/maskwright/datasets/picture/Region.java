package org.maskwright.datasets.picture;

/**
 * Something that is drawn over a photograph.
 *
 * @param category class id
 * @param thing whether it is one object; else all that its class has in the picture
 * @param alone whether its name is its own, so that there is nothing to count
 * @param name of its class, "" for none
 * @param label what stands on it: the name, perhaps with a score
 */
record Region(
    RegionMask mask, int category, boolean thing, boolean alone, String name, String label) {
  /** One of a class. */
  Region(RegionMask mask, int category, boolean thing, String name, String label) {
    this(mask, category, thing, false, name, label);
  }
}

package org.maskwright.datasets.picture;

/**
 * Something that is drawn over a photograph.
 *
 * @param category class id
 * @param thing whether it is one object; else all that its class has in the picture
 * @param name of its class, "" for none
 * @param label what stands on it: the name, perhaps with a score
 */
record Region(RegionMask mask, int category, boolean thing, String name, String label) {}

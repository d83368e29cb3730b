package org.maskwright.datasets.json;

import org.maskwright.datasets.mask.Box;

/**
 * A segment of a panoptic annotation.
 *
 * @param id its value in the PNG, 1 to 2^24 - 1
 * @param area in pixels as the file says, -1 if it does not (results files)
 * @param box null if the file has none
 */
public record PanopticSegment(int id, int categoryId, boolean crowd, long area, Box box) {
  public PanopticSegment(int id, int categoryId, boolean crowd, long area) {
    this(id, categoryId, crowd, area, null);
  }
}

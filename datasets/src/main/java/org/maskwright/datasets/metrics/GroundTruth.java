package org.maskwright.datasets.metrics;

import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * A true instance of an image.
 *
 * @param id as in the file. The official tools take a match with id 0 for none, and so does this;
 *     other ids are not looked at
 * @param mask null when only boxes are scored
 * @param box the box of the file; null when only masks are scored
 * @param area in pixels; decides the size class (the file's number, not the mask's)
 * @param crowd a region of many instances: detections on it count neither way
 * @param ignore the file's flag; looked at by boundary AP and LVIS only
 */
public record GroundTruth(
    long id, int categoryId, Rle mask, Box box, double area, boolean crowd, boolean ignore) {

  /** A mask whose area is its pixel count. */
  public static GroundTruth ofMask(int categoryId, Rle mask) {
    return new GroundTruth(1, categoryId, mask, mask.box(), mask.area(), false, false);
  }

  /** A crowd region. */
  public static GroundTruth ofCrowd(int categoryId, Rle mask) {
    return new GroundTruth(1, categoryId, mask, mask.box(), mask.area(), true, false);
  }
}

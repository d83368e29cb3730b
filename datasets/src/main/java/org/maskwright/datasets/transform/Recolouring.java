package org.maskwright.datasets.transform;

import org.maskwright.datasets.RgbImage;

/** A drawn change of a picture's pixels that moves nothing and comes to the same if mirrored. */
public interface Recolouring {
  /**
   * The changed picture, of the same size.
   *
   * @param image may be written to and returned
   */
  RgbImage of(RgbImage image);
}

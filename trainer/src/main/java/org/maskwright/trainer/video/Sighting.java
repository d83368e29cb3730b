package org.maskwright.trainer.video;

import org.maskwright.datasets.mask.Rle;

/**
 * An object in one frame, as a model found it.
 *
 * @param classIndex contiguous class
 * @param score in [0,1]
 * @param mask not empty
 * @param look what it looks like; two sightings of one object have similar looks
 */
public record Sighting(int classIndex, double score, Rle mask, Look look) {
  /** Checks the mask. */
  public Sighting {
    if (mask.area() == 0) {
      throw new IllegalArgumentException("sighting: expected a mask with a pixel, got none");
    }
  }
}

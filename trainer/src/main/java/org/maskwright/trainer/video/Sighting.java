package org.maskwright.trainer.video;

import org.maskwright.datasets.mask.Rle;

/**
 * An object in one frame, as a model found it.
 *
 * @param classIndex contiguous class
 * @param score in [0,1]
 * @param mask not empty
 * @param look what it looks like; two sightings of one object have similar looks
 * @param object its number where the model follows objects through the video; 0 where it does not
 */
public record Sighting(int classIndex, double score, Rle mask, Look look, int object) {
  /** Checks the mask. */
  public Sighting {
    if (mask.area() == 0) {
      throw new IllegalArgumentException("sighting: expected a mask with a pixel, got none");
    }
  }

  /** Of a model that sees each frame by itself. */
  public Sighting(int classIndex, double score, Rle mask, Look look) {
    this(classIndex, score, mask, look, 0);
  }
}

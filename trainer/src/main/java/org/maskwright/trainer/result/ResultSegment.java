package org.maskwright.trainer.result;

import org.maskwright.datasets.mask.Rle;

/**
 * One segment of a result: an object, or all that a class has in the image.
 *
 * @param classIndex contiguous class
 * @param score confidence in [0,1]; 1 where a result has none
 * @param mask at the image's stored size
 * @param object its number in the video, the same in all frames; 0 where objects are not followed
 */
public record ResultSegment(int classIndex, double score, Rle mask, int object) {
  /** Of a photograph. */
  public ResultSegment(int classIndex, double score, Rle mask) {
    this(classIndex, score, mask, 0);
  }
}

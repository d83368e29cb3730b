package org.maskwright.trainer.result;

import org.maskwright.datasets.mask.Rle;

/**
 * One segment of a result: an object, or all that a class has in the image.
 *
 * @param classIndex contiguous class
 * @param score confidence in [0,1]; 1 where a result has none
 * @param mask at the image's stored size
 */
public record ResultSegment(int classIndex, double score, Rle mask) {}

package org.maskwright.trainer.video;

import org.maskwright.datasets.mask.Rle;

/**
 * An object, or the stuff of a class, in one frame of a video.
 *
 * @param track the same in all frames, from 1; of stuff too
 * @param classIndex contiguous class
 * @param thing whether it is one object
 * @param score in [0,1]
 */
public record TrackedObject(int track, int classIndex, boolean thing, double score, Rle mask) {}

package org.maskwright.trainer.annotate;

import org.maskwright.datasets.mask.Rle;

/**
 * An object that a model sees in a picture, for a person to accept or reject.
 *
 * @param id that of no other proposal of the server
 * @param className the model's
 * @param score in [0,1]
 * @param mask of the picture's size
 */
record Proposal(long id, String className, double score, Rle mask) {}

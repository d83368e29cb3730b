/**
 * What is minimised: a {@link org.maskwright.trainer.loss.Criterion} is a list of {@link
 * org.maskwright.trainer.loss.LossTerm}s, computed from predictions and what the {@link
 * org.maskwright.trainer.loss.Supervision} of each image says; the three criteria of the papers
 * (sampled points, dense masks, pixels) are lists of ours.
 */
package org.maskwright.trainer.loss;

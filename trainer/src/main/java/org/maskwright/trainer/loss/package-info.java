/**
 * What is minimised: targets, matching costs and the three criteria (sampled points, dense masks,
 * pixels) behind one interface.
 */
package org.maskwright.trainer.loss;

/**
 * What is minimised: targets, matching costs and the two criteria (sampled points, dense masks)
 * behind one interface.
 */
package org.maskwright.trainer.loss;

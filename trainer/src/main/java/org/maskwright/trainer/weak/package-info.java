/**
 * Training on less than masks: what points, boxes and mere classes say of targets, and the terms of
 * the loss that learn from boxes. Each target answers for itself, so that one batch may hold any
 * mix.
 */
package org.maskwright.trainer.weak;

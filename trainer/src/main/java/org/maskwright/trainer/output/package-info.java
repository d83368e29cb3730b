/**
 * Folders of results: what a command writes is whole, and never over a file that it did not write.
 * Runs and checkpoints have their own rules, in {@code trainer.checkpoint}.
 */
package org.maskwright.trainer.output;

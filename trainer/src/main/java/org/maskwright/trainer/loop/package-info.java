/**
 * Training: {@link org.maskwright.trainer.loop.Trainer} is the loop, a {@link
 * org.maskwright.trainer.loop.TrainTask} owns what happens in a step, {@link
 * org.maskwright.trainer.loop.TrainListener}s log, evaluate and write checkpoints.
 */
package org.maskwright.trainer.loop;

package org.maskwright.trainer.loop;

import org.maskwright.engine.nn.Module;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/** Owns what happens in a step between the batches and the losses; segmentation is one. */
public interface TrainTask {
  /**
   * What is trained: the run's model, or a module that has it as a child besides what the task
   * needs of its own, such as a head. The run optimises all of it, saves what is not the model's
   * beside it, and frees it in the end.
   */
  Module model();

  /**
   * Told before training, and after each of its steps, what share of all steps is done, in [0,1]:
   * for what changes on the way.
   */
  default void trainedTo(double progress) {}

  /** What the losses of a step are divided by, over all its parts. */
  StepNormalizers normalizers(Step step);

  /**
   * A part's share of the step's losses, inside the caller's scope; marks the phases FORWARD and
   * LOSS. A task with inner iterations, such as many decodings of one encoded image, runs them here
   * and gives their sum.
   *
   * <p>It may be asked for the same part of a step again with other parameters, and must then
   * compute the same: random numbers from the step and the image, all else that is chosen from
   * predictions by {@link StepPart#decisions}.
   */
  Losses losses(StepPart part);
}

package org.maskwright.trainer.loop;

import org.maskwright.engine.nn.Module;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.StepNormalizers;

/** Owns what happens in a step between the batches and the losses; segmentation is one. */
public interface TrainingTask {
  /** What is trained. */
  Module model();

  /** What the losses of a step are divided by, over all its parts. */
  StepNormalizers normalizers(Step step);

  /**
   * A part's share of the step's losses, inside the caller's scope; marks the phases FORWARD and
   * LOSS.
   *
   * @param normalizers of the step, over all processes that share it
   */
  Losses losses(Step step, int part, StepNormalizers normalizers, Phases phases);
}

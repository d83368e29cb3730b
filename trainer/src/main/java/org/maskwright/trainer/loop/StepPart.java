package org.maskwright.trainer.loop;

import org.maskwright.datasets.loader.Batch;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.StepNormalizers;

/**
 * One of the batches of a step, for its losses to be computed.
 *
 * @param index of the part in the step
 * @param normalizers of the whole step, over all processes that share it
 * @param decisions of this part; the same whenever it is computed again
 * @param phases where time is booked
 */
public record StepPart(
    Step step, int index, StepNormalizers normalizers, Decisions decisions, Phases phases) {
  /** Its images. */
  public Batch batch() {
    return step.parts().get(index);
  }

  /** Number of its first image in the step, counted from 0. */
  public int firstImage() {
    return step.firstImage(index);
  }
}

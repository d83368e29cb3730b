package org.maskwright.trainer.loop;

import org.maskwright.datasets.loader.Batch;
import org.maskwright.engine.nn.Module;
import org.maskwright.trainer.loss.Losses;

/** Owns what happens in a step between the batch and the losses; segmentation is one. */
public interface TrainingTask {
  /** What is trained. */
  Module model();

  /** The losses of a batch, inside the caller's scope; marks the phases FORWARD and LOSS. */
  Losses losses(Batch batch, Phases phases);
}

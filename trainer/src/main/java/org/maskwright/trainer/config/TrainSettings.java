package org.maskwright.trainer.config;

import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** The loop. */
@Doc("The training loop.")
public record TrainSettings(
    @Doc("What the model is trained for.") TrainTaskSettings task,
    @Doc("Optimiser steps of the whole run.") int steps,
    @Doc("Images in a batch, of all processes together.") int batchSize,
    @Doc(
            "Batches whose gradients are added before a step; the effective batch is batch-size times this.")
        int accumulate,
    @Doc("Steps between two log lines; a line's losses and times are means over them.")
        int logEvery,
    @Doc("Steps between two checkpoints.") int checkpointEvery,
    @Doc("How many of the newest checkpoints are kept; the best is kept besides.")
        int keepCheckpoints,
    @Doc("Several processes.") ProcessSettings processes,
    @Doc(
            "Divide the optimiser's state over the processes: each holds a part, updates the"
                + " parameters of it and gives them to the others. The steps are the same, to the"
                + " bit; checkpoints are whole.")
        boolean shardOptimizer,
    @Doc("Where else its numbers go.") MlflowSettings mlflow) {
  /** Checks the ranges. */
  public TrainSettings {
    Ranges.require(steps >= 1, "steps", "at least 1", steps);
    Ranges.require(batchSize >= 1, "batchSize", "at least 1", batchSize);
    Ranges.require(accumulate >= 1, "accumulate", "at least 1", accumulate);
    Ranges.require(logEvery >= 1, "logEvery", "at least 1", logEvery);
    Ranges.require(checkpointEvery >= 1, "checkpointEvery", "at least 1", checkpointEvery);
    Ranges.require(keepCheckpoints >= 1, "keepCheckpoints", "at least 1", keepCheckpoints);
  }
}

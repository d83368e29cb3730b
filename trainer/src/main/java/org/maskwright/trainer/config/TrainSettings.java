package org.maskwright.trainer.config;

/** The loop. */
@Doc("The training loop.")
public record TrainSettings(
    @Doc("Optimiser steps of the whole run.") int steps,
    @Doc("Images in a batch.") int batchSize,
    @Doc(
            "Batches whose gradients are added before a step; the effective batch is batch-size times this.")
        int accumulate,
    @Doc("Steps between two log lines.") int logEvery,
    @Doc("Steps between two checkpoints.") int checkpointEvery,
    @Doc("How many of the newest checkpoints are kept; the best is kept besides.")
        int keepCheckpoints) {
  /** Checks the ranges. */
  public TrainSettings {
    require(steps, "steps");
    require(batchSize, "batchSize");
    require(accumulate, "accumulate");
    require(logEvery, "logEvery");
    require(checkpointEvery, "checkpointEvery");
    require(keepCheckpoints, "keepCheckpoints");
  }

  private static void require(int value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
    }
  }
}

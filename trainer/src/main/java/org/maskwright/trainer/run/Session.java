package org.maskwright.trainer.run;

import java.util.function.BooleanSupplier;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.RunSettings;

/**
 * What surrounds a run while it trains.
 *
 * @param folder of the run; the caller's to close
 * @param store of its checkpoints
 * @param stopRequested asked after each step; true ends the run with a checkpoint
 */
record Session(
    RunSettings settings,
    RunFolder folder,
    CheckpointStore store,
    Console console,
    BooleanSupplier stopRequested) {}

package org.maskwright.trainer.run;

import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.RunSettings;

/**
 * What follows a step, the same in every process of a run.
 *
 * @param end the run's last step
 * @param stop the run was asked to stop before its end, in whichever process
 * @param evaluate there is an evaluation
 * @param write there is a checkpoint; before the evaluation, which may take long, or fail
 */
record AfterStep(boolean end, boolean stop, boolean evaluate, boolean write) {
  /**
   * Of a step; every process asks.
   *
   * @param stopRequested in this process
   */
  static AfterStep of(
      long step, RunSettings settings, ProcessGroup group, BooleanSupplier stopRequested) {
    boolean end = step == settings.train().steps();
    boolean stop = !end && group.any(stopRequested.getAsBoolean());
    boolean evaluate = !stop && isEvaluated(step, settings);
    boolean write = end || stop || evaluate || step % settings.train().checkpointEvery() == 0;
    return new AfterStep(end, stop, evaluate, write);
  }

  /** Whether there is an evaluation after a step of a run that goes on. */
  static boolean isEvaluated(long step, RunSettings settings) {
    int every = settings.eval().every();
    return step == settings.train().steps() || every > 0 && step % every == 0;
  }
}

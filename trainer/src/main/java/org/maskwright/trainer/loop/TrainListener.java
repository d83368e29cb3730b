package org.maskwright.trainer.loop;

/** Told of each step: logs, evaluates, writes checkpoints. */
public interface TrainListener {
  /** What the loop does next. */
  enum Verdict {
    /** Goes on. */
    CONTINUE,
    /** Ends after this step. */
    STOP
  }

  /** After step {@link StepReport#step()}; parameters are updated, gradients are gone. */
  Verdict afterStep(StepReport report);
}

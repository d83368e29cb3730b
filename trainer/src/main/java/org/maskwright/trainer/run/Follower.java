package org.maskwright.trainer.run;

import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * What a process besides the first does after each step: it helps with evaluations and ends when
 * the first does. It writes nothing.
 */
final class Follower implements TrainListener {
  private final RunSettings settings;
  private final Learner learner;
  private final Evaluator evaluator;
  private final BooleanSupplier stopRequested;
  private long step;
  private boolean interrupted;

  Follower(
      RunSettings settings,
      Learner learner,
      Evaluator evaluator,
      BooleanSupplier stopRequested,
      long step) {
    this.settings = settings;
    this.learner = learner;
    this.evaluator = evaluator;
    this.stopRequested = stopRequested;
    this.step = step;
  }

  /** The last step that was taken. */
  long step() {
    return step;
  }

  /** Whether the run was asked to stop before its end. */
  boolean interrupted() {
    return interrupted;
  }

  @Override
  public Verdict afterStep(StepReport r) {
    ProcessGroup group = learner.processes();
    AfterStep after = AfterStep.of(r.step(), settings, group, stopRequested);
    step = r.step();
    interrupted |= after.stop();
    if (after.write()) {
      learner.averageBuffers();
      learner.helpWrite();
    }
    if (after.evaluate()) {
      learner.withEvaluationWeights(evaluator::help);
    }
    boolean exhausted = after.evaluate() && group.any(false);
    return after.stop() || exhausted ? Verdict.STOP : Verdict.CONTINUE;
  }

  /** Helps with evaluations until process 0 needs this one no more. */
  void helpAll() {
    learner.withEvaluationWeights(evaluator::helpAll);
  }
}

package org.maskwright.trainer.run;

import java.util.Optional;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * Writes checkpoints when they are due, before an evaluation too, and ends the run when asked to or
 * when nothing gets better.
 */
final class Keeper implements TrainListener {
  private final Session session;
  private final Learner learner;
  private final Loader loader;
  private final StepLog log;
  private final Evaluations evaluations;
  private TrainingState state;
  private boolean interrupted;

  Keeper(
      Session session,
      Learner learner,
      Loader loader,
      StepLog log,
      Evaluations evaluations,
      TrainingState start) {
    this.session = session;
    this.learner = learner;
    this.loader = loader;
    this.log = log;
    this.evaluations = evaluations;
    this.state = start;
  }

  /** Where the run stands. */
  TrainingState state() {
    return state;
  }

  /** Whether the run was asked to stop before its end. */
  boolean interrupted() {
    return interrupted;
  }

  @Override
  public Verdict afterStep(StepReport r) {
    ProcessGroup group = learner.processes();
    AfterStep after = AfterStep.of(r.step(), session.settings(), group, session.stopRequested());
    interrupted |= after.stop();
    advance(r);
    if (after.write()) {
      learner.averageBuffers();
      learner.write(session.store(), state);
    }
    if (after.evaluate()) {
      evaluations.evaluate(r.step());
    }
    boolean exhausted = evaluations.exhausted();
    if (after.evaluate()) {
      group.any(exhausted); // tells the others
    }
    if (exhausted && !after.end()) {
      session
          .console()
          .line(
              "no better %s in %d evaluations: stopping at step %d",
              session.settings().eval().best(), session.settings().eval().patience(), r.step());
    }
    return after.stop() || exhausted ? Verdict.STOP : Verdict.CONTINUE;
  }

  private void advance(StepReport r) {
    state =
        new TrainingState(
            r.step(),
            Optional.of(loader.state()),
            state.images() + r.images(),
            learner.model().engine().random().save(),
            state.trainedSeconds() + r.phases().total() / 1000,
            log.unlogged(),
            r.lossScale());
  }
}

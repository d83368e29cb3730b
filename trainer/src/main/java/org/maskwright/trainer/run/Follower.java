package org.maskwright.trainer.run;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * A run in another process than the first: it trains along, helps with evaluations after its steps
 * and ends when the {@link Leader} does. It writes nothing.
 */
final class Follower implements TrainListener {
  private final RunSettings settings;
  private final Learner learner;
  private final Evaluators evaluators;
  private final BooleanSupplier stopRequested;
  private long step;
  private boolean interrupted;

  private Follower(
      RunSettings settings,
      Learner learner,
      Evaluators evaluators,
      BooleanSupplier stopRequested,
      long step) {
    this.settings = settings;
    this.learner = learner;
    this.evaluators = evaluators;
    this.stopRequested = stopRequested;
    this.step = step;
  }

  /**
   * Trains along to the end.
   *
   * @param console told what is wrong with this process's images
   * @param folder of the run, which need not be there on this machine
   */
  static RunSummary run(
      RunSettings settings,
      Console console,
      BooleanSupplier stopRequested,
      ProcessGroup group,
      Path folder) {
    Console silent = new Console(new PrintWriter(Writer.nullWriter()), false);
    try (Prepared prepared = Prepared.of(settings, silent, console::line, group)) {
      Agreement.requirePrepared(group, prepared);
      Learner learner = prepared.learner();
      TrainingState state = learner.shared(TrainingState.START);
      Follower follower =
          new Follower(settings, learner, prepared.evaluators(), stopRequested, state.step());
      try (Loader loader = prepared.loader(state)) {
        follower.helpAll();
        if (!group.any(false)) {
          learner
              .trainer(settings, state, Optional::empty)
              .run(loader, state.step(), settings.train().steps(), List.of(follower));
        }
        follower.helpAll();
      }
      return follower.summary(folder);
    }
  }

  private RunSummary summary(Path folder) {
    return new RunSummary(
        folder,
        step,
        interrupted,
        Optional.empty(),
        BestSoFar.LAST_CHECKPOINT,
        Optional.empty(),
        0,
        0);
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
      learner.withEvaluationWeights(evaluators::help);
    }
    boolean exhausted = after.evaluate() && group.any(false);
    return after.stop() || exhausted ? Verdict.STOP : Verdict.CONTINUE;
  }

  /** Helps with evaluations until process 0 needs this one no more. */
  private void helpAll() {
    learner.withEvaluationWeights(evaluators::helpAll);
  }
}

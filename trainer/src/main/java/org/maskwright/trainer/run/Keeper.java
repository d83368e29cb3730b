package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.TrainSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * Evaluates and writes checkpoints when they are due, keeps the best one, and ends the run when
 * asked to or when nothing gets better.
 */
final class Keeper implements TrainListener {
  private final Learner learner;
  private final CheckpointStore store;
  private final Loader loader;
  private final Evaluator evaluator;
  private final EvalSettings eval;
  private final TrainSettings train;
  private final StepLog log;
  private final Console console;
  private final Path samples;
  private final BooleanSupplier stopRequested;
  private TrainingState state;
  private boolean interrupted;
  private Optional<RunSummary.Scored> best = Optional.empty();
  private Optional<RunSummary.Scored> last = Optional.empty();

  Keeper(
      Learner learner,
      CheckpointStore store,
      Loader loader,
      Evaluator evaluator,
      EvalSettings eval,
      TrainSettings train,
      StepLog log,
      Console console,
      Path samples,
      BooleanSupplier stopRequested,
      TrainingState start,
      List<MetricsLog.Line> evaluated) {
    this.learner = learner;
    this.store = store;
    this.loader = loader;
    this.evaluator = evaluator;
    this.eval = eval;
    this.train = train;
    this.log = log;
    this.console = console;
    this.samples = samples;
    this.stopRequested = stopRequested;
    this.state = start;
    for (MetricsLog.Line line : evaluated) {
      remember(new RunSummary.Scored(line.step(), line.values()));
    }
  }

  /** Keeps an evaluation as the last one, and as the best one if it is; returns whether it is. */
  private boolean remember(RunSummary.Scored scored) {
    last = Optional.of(scored);
    double value = scored.metrics().getOrDefault(eval.best(), Double.NaN);
    boolean better =
        !Double.isNaN(value)
            && (best.isEmpty() || eval.isBetter(value, best.get().metrics().get(eval.best())));
    if (better) {
      best = last;
    }
    return better;
  }

  Optional<RunSummary.Scored> best() {
    return best;
  }

  Optional<RunSummary.Scored> last() {
    return last;
  }

  /** Whether the run was asked to stop before its end. */
  boolean interrupted() {
    return interrupted;
  }

  double trainedSeconds() {
    return state.trainedSeconds();
  }

  @Override
  public Verdict afterStep(StepReport r) {
    boolean end = r.step() == train.steps();
    boolean stop = !end && stopRequested.getAsBoolean();
    interrupted |= stop;
    boolean evaluate = end || !stop && eval.every() > 0 && r.step() % eval.every() == 0;
    advance(r);
    boolean better = evaluate && evaluateOrKeep(r.step(), end);
    if (end || stop || better || r.step() % train.checkpointEvery() == 0) {
      CheckpointStore.Checkpoint checkpoint = learner.write(store, state);
      if (better) {
        store.markBest(checkpoint);
      }
    }
    boolean exhausted = exhausted();
    if (exhausted && !end) {
      console.line(
          "no better %s in %d evaluations: stopping at step %d",
          eval.best(), eval.patience(), r.step());
      if (!better) {
        learner.write(store, state);
      }
    }
    return stop || exhausted ? Verdict.STOP : Verdict.CONTINUE;
  }

  /** Whether nothing got better for as many evaluations as the settings wait. */
  boolean exhausted() {
    return eval.patience() > 0 && state.evaluationsWithoutBetter() >= eval.patience();
  }

  private void advance(StepReport r) {
    state =
        new TrainingState(
            r.step(),
            loader.state().epoch(),
            loader.state().position(),
            learner.model().engine().random().save(),
            state.bestValue(),
            state.evaluationsWithoutBetter(),
            state.trainedSeconds() + r.phases().total() / 1000);
  }

  /** Evaluates; if that fails, what was learnt is written before the failure goes on. */
  private boolean evaluateOrKeep(long step, boolean all) {
    boolean done = false;
    try {
      boolean better = evaluate(step, all);
      done = true;
      return better;
    } finally {
      if (!done) {
        Path kept = learner.write(store, state).folder();
        console.line("evaluation failed; step %d is kept in %s", step, kept);
      }
    }
  }

  private boolean evaluate(long step, boolean all) {
    EvalReport[] made = new EvalReport[1];
    learner.withEvaluationWeights(
        () ->
            made[0] =
                evaluator.run(
                    all ? 0 : eval.limit(),
                    Optional.empty(),
                    Optional.of(samples.resolve("step-%08d.png".formatted(step)))
                        .filter(p -> eval.samples() > 0)));
    EvalReport report = made[0];
    for (String line : EvalTable.lines(step, report)) {
      console.line(line);
    }
    log.write("eval", step, report.metrics());
    boolean better = remember(new RunSummary.Scored(step, report.metrics()));
    double value = report.get(eval.best());
    state =
        new TrainingState(
            state.step(),
            state.epoch(),
            state.position(),
            state.randomStreams(),
            better ? Optional.of(value) : state.bestValue(),
            better ? 0 : state.evaluationsWithoutBetter() + 1,
            state.trainedSeconds());
    return better;
  }
}

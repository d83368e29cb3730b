package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Writes checkpoints and evaluates when they are due, keeps the best one, and ends the run when
 * asked to or when nothing gets better.
 *
 * <p>What was evaluated is known from the metrics log alone, so that a run that was ended at any
 * moment goes on as if it had not been: see {@link #catchUp()}.
 */
final class Keeper implements TrainListener {
  private static final String EVALUATED = "eval"; // on as many images as the settings say
  private static final String EVALUATED_ON_ALL = "final";

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
  private BestSoFar best;
  private Optional<RunSummary.Scored> last = Optional.empty();
  private final Map<Long, RunSummary.Scored> onAll = new HashMap<>(); // by step

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
    this.best = new BestSoFar(eval);
    for (MetricsLog.Line line : evaluated) {
      RunSummary.Scored scored = new RunSummary.Scored(line.step(), line.values());
      if (line.kind().equals(EVALUATED_ON_ALL)) {
        onAll.put(line.step(), scored);
      } else {
        remember(scored);
      }
    }
  }

  /** Whether a line of the log is an evaluation, which the constructor is to be given. */
  static boolean isEvaluation(MetricsLog.Line line) {
    return line.kind().equals(EVALUATED) || line.kind().equals(EVALUATED_ON_ALL);
  }

  /** Keeps an evaluation as the last one, and as the best one if it is. */
  private void remember(RunSummary.Scored scored) {
    last = Optional.of(scored);
    best.add(scored);
  }

  /**
   * At the end of a run that evaluated on a part of the images: evaluates the last checkpoint and
   * the best one on all, and keeps the better of the two as the best. Says so where something else
   * than the metric of the settings decided.
   */
  void conclude() {
    if (!interrupted && last.isPresent() && eval.limit() > 0 && eval.limit() < evaluator.images()) {
      last = last.map(scored -> evaluatedOnAll(scored.step()));
      BestSoFar onAll = new BestSoFar(eval);
      best.best().ifPresent(scored -> onAll.add(evaluatedOnAll(scored.step())));
      onAll.add(last.get());
      best = onAll;
    }
    linkBest();
    if (last.isPresent() && !best.decidedBy().equals(eval.best())) {
      console.line(
          "warning: %s was undefined in every evaluation, as where no image has what it measures; the best checkpoint is that of %s; set eval.best to a metric that is measured",
          eval.best(),
          best.decidedBy().equals(BestSoFar.LAST_CHECKPOINT)
              ? "the last evaluation"
              : "the least " + best.decidedBy());
    }
  }

  private RunSummary.Scored evaluatedOnAll(long step) {
    return onAll.computeIfAbsent(
        step,
        s -> {
          EvalReport[] made = new EvalReport[1];
          Runnable evaluation =
              () -> made[0] = evaluator.run(0, Optional.empty(), Optional.empty());
          if (s == state.step()) {
            learner.withEvaluationWeights(evaluation);
          } else {
            store.best().ifPresent(checkpoint -> learner.takeWeights(checkpoint.folder()));
            evaluation.run();
          }
          return log(EVALUATED_ON_ALL, s, made[0]);
        });
  }

  /**
   * Does what an ended process left undone at the step that is resumed from: the evaluation, if one
   * is due there and the log has none, and the link to the best checkpoint.
   */
  void catchUp() {
    boolean evaluated = last.isPresent() && last.get().step() == state.step();
    if (state.step() > 0 && isDue(state.step()) && !evaluated) {
      evaluate(state.step());
    }
    linkBest();
  }

  Optional<RunSummary.Scored> best() {
    return best.best();
  }

  /** What made the best checkpoint the best. */
  String decidedBy() {
    return best.decidedBy();
  }

  Optional<RunSummary.Scored> last() {
    return last;
  }

  /** Whether the run was asked to stop before its end. */
  boolean interrupted() {
    return interrupted;
  }

  /** How many images were trained on, in this process and before. */
  long images() {
    return state.images();
  }

  double trainedSeconds() {
    return state.trainedSeconds();
  }

  @Override
  public Verdict afterStep(StepReport r) {
    boolean end = r.step() == train.steps();
    boolean stop = !end && stopRequested.getAsBoolean();
    interrupted |= stop;
    boolean evaluate = !stop && isDue(r.step());
    advance(r);
    // Before the evaluation: it may take long, or fail, and what was learnt is not to be lost.
    if (end || stop || evaluate || r.step() % train.checkpointEvery() == 0) {
      learner.write(store, state);
    }
    if (evaluate) {
      evaluate(r.step());
      linkBest();
    }
    boolean exhausted = exhausted();
    if (exhausted && !end) {
      console.line(
          "no better %s in %d evaluations: stopping at step %d",
          eval.best(), eval.patience(), r.step());
    }
    return stop || exhausted ? Verdict.STOP : Verdict.CONTINUE;
  }

  /** Whether there is an evaluation after a step. */
  private boolean isDue(long step) {
    return step == train.steps() || eval.every() > 0 && step % eval.every() == 0;
  }

  /** Whether nothing got better for as many evaluations as the settings wait. */
  boolean exhausted() {
    return eval.patience() > 0 && best.withoutBetter() >= eval.patience();
  }

  private void advance(StepReport r) {
    state =
        new TrainingState(
            r.step(),
            Optional.of(loader.state()),
            state.images() + r.images(),
            learner.model().engine().random().save(),
            state.trainedSeconds() + r.phases().total() / 1000,
            log.unlogged());
  }

  private void evaluate(long step) {
    EvalReport[] made = new EvalReport[1];
    learner.withEvaluationWeights(
        () ->
            made[0] =
                evaluator.run(
                    eval.limit(),
                    Optional.empty(),
                    Optional.of(samples.resolve("step-%08d.png".formatted(step)))
                        .filter(p -> eval.samples() > 0)));
    made[0].get(eval.best()); // refuses a metric that was not measured
    remember(log(EVALUATED, step, made[0]));
  }

  private RunSummary.Scored log(String kind, long step, EvalReport report) {
    for (String line : EvalTable.lines(step, report)) {
      console.line(line);
    }
    log.write(kind, step, report.metrics());
    return new RunSummary.Scored(step, report.metrics());
  }

  /**
   * Makes the store's best checkpoint the one of the best evaluation, if it is not; before the
   * first evaluation the latest one.
   */
  private void linkBest() {
    Optional<Long> step =
        best.best()
            .map(RunSummary.Scored::step)
            .or(() -> store.latest().map(CheckpointStore.Checkpoint::step));
    if (step.isPresent() && !store.best().map(CheckpointStore.Checkpoint::step).equals(step)) {
      store.all().stream()
          .filter(checkpoint -> checkpoint.step() == step.get())
          .forEach(store::markBest);
    }
  }
}

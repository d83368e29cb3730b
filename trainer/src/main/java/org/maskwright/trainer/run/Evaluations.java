package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.eval.EvalFiles;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalReports;

/**
 * Evaluates when it is due, and keeps the link to the best checkpoint.
 *
 * <p>What was evaluated is known from the metrics log alone, so that a run that was ended at any
 * moment goes on as if it had not been: see {@link #catchUp}.
 */
final class Evaluations {
  private static final String EVALUATED = "eval"; // on as many images as the settings say
  private static final String EVALUATED_ON_ALL = "final";

  private final Session session;
  private final EvalSettings settings;
  private final Learner learner;
  private final Evaluators evaluators;
  private final StepLog log;
  private final Map<Long, RunSummary.Scored> onAll = new HashMap<>(); // by step
  private final Map<Long, EvalReports> made = new HashMap<>(); // by step, of those that may be best
  private BestSoFar best;
  private Optional<RunSummary.Scored> last = Optional.empty();

  /**
   * Goes on with the evaluations of a run's log.
   *
   * @param step that the run goes on from
   */
  Evaluations(Session session, Learner learner, Evaluators evaluators, StepLog log, long step)
      throws IOException {
    this.session = session;
    this.settings = session.settings().eval();
    this.learner = learner;
    this.evaluators = evaluators;
    this.log = log;
    this.best = new BestSoFar(settings);
    for (MetricsLog.Line line : logged(session.folder().metrics(), step)) {
      RunSummary.Scored scored = new RunSummary.Scored(line.step(), line.values());
      if (line.kind().equals(EVALUATED_ON_ALL)) {
        onAll.put(line.step(), scored);
      } else {
        remember(scored);
      }
    }
  }

  /** The evaluations up to a step. */
  private static List<MetricsLog.Line> logged(Path metrics, long step) throws IOException {
    if (step == 0 || !Files.exists(metrics)) {
      return List.of();
    }
    List<String> kinds = List.of(EVALUATED, EVALUATED_ON_ALL);
    return MetricsLog.read(metrics).stream()
        .filter(line -> kinds.contains(line.kind()) && line.step() <= step)
        .toList();
  }

  /** Keeps an evaluation as the last one, and as the best one if it is. */
  private void remember(RunSummary.Scored scored) {
    last = Optional.of(scored);
    best.add(scored);
    made.keySet().removeIf(step -> step != scored.step() && !isBest(step));
  }

  private boolean isBest(long step) {
    return best.best().filter(scored -> scored.step() == step).isPresent();
  }

  /** Evaluates the weights of now, which are those of a step's checkpoint. */
  void evaluate(long step) {
    EvalReports[] report = new EvalReports[1];
    Path picture = session.folder().samples().resolve("step-%08d.png".formatted(step));
    learner.withEvaluationWeights(
        () ->
            report[0] =
                evaluators.inTraining(Optional.of(picture).filter(p -> settings.samples() > 0)));
    report[0].get(settings.best()); // refuses a metric that was not measured
    remember(log(EVALUATED, step, report[0]));
    linkBest();
  }

  /**
   * Does what an ended process left undone at the step that is resumed from: the evaluation, if one
   * is due there and the log has none, and the link to the best checkpoint.
   */
  void catchUp(long step) {
    boolean evaluated = last.isPresent() && last.get().step() == step;
    if (step > 0 && AfterStep.isEvaluated(step, session.settings()) && !evaluated) {
      evaluate(step);
    }
    linkBest();
  }

  /**
   * At the end of a run that evaluated on a part of the images: evaluates the last checkpoint and
   * the best one on all, and keeps the better of the two as the best. Says so where something else
   * than the metric of the settings decided.
   *
   * @param step of the weights of now
   * @param interrupted whether the run has not come to its end
   */
  void conclude(long step, boolean interrupted) {
    if (!interrupted && last.isPresent() && evaluators.limited()) {
      last = last.map(scored -> evaluatedOnAll(scored.step(), step));
      BestSoFar ofAll = new BestSoFar(settings);
      best.best().ifPresent(scored -> ofAll.add(evaluatedOnAll(scored.step(), step)));
      ofAll.add(last.get());
      best = ofAll;
    }
    linkBest();
    if (last.isPresent() && !best.decidedBy().equals(settings.best())) {
      session
          .console()
          .line(
              "warning: %s was undefined in every evaluation, as where no image has what it measures; the best checkpoint is that of %s; set eval.best to a metric that is measured",
              settings.best(),
              best.decidedBy().equals(BestSoFar.LAST_CHECKPOINT)
                  ? "the last evaluation"
                  : "the least " + best.decidedBy());
    }
  }

  private RunSummary.Scored evaluatedOnAll(long step, long now) {
    return onAll.computeIfAbsent(
        step,
        s -> {
          EvalReports[] report = new EvalReports[1];
          Runnable evaluation = () -> report[0] = evaluators.onAll();
          if (s == now) {
            learner.withEvaluationWeights(evaluation);
          } else {
            session.store().best().ifPresent(c -> learner.takeWeights(c.folder()));
            evaluation.run();
          }
          return log(EVALUATED_ON_ALL, s, report[0]);
        });
  }

  private RunSummary.Scored log(String kind, long step, EvalReports report) {
    for (String line : EvalTable.lines(step, report)) {
      session.console().line(line);
    }
    log.write(kind, step, report.metrics());
    made.put(step, report);
    session.folder().writeEvaluation(step, EvalFiles.of(report));
    keepThresholds(step, report.deciding(settings.bestOf()));
    return new RunSummary.Scored(step, report.metrics());
  }

  /** Puts the score thresholds that an evaluation found beside the weights. */
  private void keepThresholds(long step, EvalReport report) {
    Map<String, ScoreThresholds> found = report.bestThresholds();
    if (!found.isEmpty()) {
      List<String> names = report.classes().stream().map(ClassTruth::name).toList();
      session.store().all().stream()
          .filter(checkpoint -> checkpoint.step() == step)
          .forEach(c -> ModelFolder.writeThresholds(c.folder(), found, names));
    }
  }

  /**
   * All of the evaluation of the best checkpoint, made again where an earlier process made it. The
   * model has its weights afterwards; training is over then.
   */
  Optional<EvalReports> reportOfBest() {
    session.store().best().ifPresent(checkpoint -> learner.takeWeights(checkpoint.folder()));
    return best.best()
        .map(scored -> made.computeIfAbsent(scored.step(), step -> evaluators.onAll()));
  }

  /**
   * Makes the store's best checkpoint the one of the best evaluation, if it is not; before the
   * first evaluation the latest one.
   */
  private void linkBest() {
    CheckpointStore store = session.store();
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

  /** Whether nothing got better for as many evaluations as the settings wait. */
  boolean exhausted() {
    return settings.patience() > 0 && best.withoutBetter() >= settings.patience();
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
}

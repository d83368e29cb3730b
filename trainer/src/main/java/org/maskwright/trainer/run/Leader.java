package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.track.TrackedRun;
import org.maskwright.trainer.track.Trackers;

/**
 * A run in the first process, or the only one: it trains, and what the run leaves behind is written
 * here. The other processes are {@link Follower}s.
 */
final class Leader {
  private final RunSettings settings;
  private final Console console;
  private final List<String> command;
  private final BooleanSupplier stopRequested;

  Leader(
      RunSettings settings, Console console, List<String> command, BooleanSupplier stopRequested) {
    this.settings = settings;
    this.console = console;
    this.command = command;
    this.stopRequested = stopRequested;
  }

  /**
   * Trains to the end.
   *
   * @param folder called when data, model and tasks are found to be in order and those of all
   *     processes, so that a run that is refused leaves no folder; closed at the end
   */
  RunSummary run(ProcessGroup group, Supplier<RunFolder> folder) throws IOException {
    for (int rank = 0; group.size() > 1 && rank < group.size(); rank++) {
      console.line(group.name(rank));
    }
    try (Prepared prepared = Prepared.of(settings, console, console::line, group)) {
      Agreement.requirePrepared(group, prepared);
      return run(prepared, folder);
    }
  }

  private RunSummary run(Prepared prepared, Supplier<RunFolder> folder) throws IOException {
    try (RunFolder run = folder.get()) {
      console.line("run folder: " + run.folder());
      CheckpointStore store =
          CheckpointStore.open(run.checkpoints(), settings.train().keepCheckpoints());
      Session session = new Session(settings, run, store, console, stopRequested);
      Provenance provenance = provenance(prepared);
      Files.createDirectories(run.samples());
      run.writeProvenance(provenance);
      try (Trackers trackers = Trackers.open(tracked(session, provenance))) {
        RunSummary summary = train(session, prepared, provenance, trackers);
        Optional<Path> best = store.best().map(CheckpointStore.Checkpoint::folder);
        trackers.ended(summary.interrupted(), best);
        return summary;
      }
    }
  }

  private Provenance provenance(Prepared prepared) {
    return Provenance.current(
            settings.seed(),
            prepared.engine().backendName(),
            prepared.engine().device().toString(),
            command,
            Map.of(
                "train",
                prepared.data().fingerprint(),
                "val",
                EvaluatedData.fingerprint(prepared.val())))
        .from(Bases.of(settings.init()));
  }

  private TrackedRun tracked(Session session, Provenance provenance) {
    return new TrackedRun(
        session.folder(),
        SettingsWriter.flat(settings),
        provenance.tags(),
        settings.train().mlflow(),
        console::line);
  }

  private RunSummary train(
      Session session, Prepared prepared, Provenance provenance, Trackers trackers)
      throws IOException {
    Learner learner = prepared.learner();
    TrainingState state = learner.shared(learner.readLatest(session.store(), console));
    if (state.step() > 0) {
      console.line("resuming after step %d", state.step());
    }
    try (Loader loader = prepared.loader(state);
        StepLog log = StepLog.resume(session, state, trackers)) {
      Evaluations evaluations =
          new Evaluations(session, learner, prepared.evaluators(), log, state.step());
      Keeper keeper = new Keeper(session, learner, loader, log, evaluations, state);
      evaluations.catchUp(state.step());
      prepared.evaluators().release();
      boolean over = evaluations.exhausted() || state.step() >= settings.train().steps();
      if (learner.processes().any(over)) {
        console.line("the run has ended: nothing is left to train");
      } else {
        learner
            .trainer(
                settings,
                state,
                () -> session.store().latest().map(CheckpointStore.Checkpoint::folder))
            .run(
                loader,
                state.step(),
                settings.train().steps(),
                List.of(log, keeper)); // the keeper reads the log's sums
      }
      evaluations.conclude(keeper.state().step(), keeper.interrupted());
      loader.skipped().forEach(message -> console.line("skipped: " + message));
      RunSummary summary = concluded(session, keeper, evaluations);
      // An ended run that is resumed once more has its page, which may have taken an evaluation.
      boolean told = Files.exists(session.folder().report()) && summary.step() == state.step();
      if (!summary.interrupted() && !told) {
        Optional<EvalReports> best = evaluations.reportOfBest();
        RunReport.write(session, prepared, summary, best, provenance);
      }
      prepared.evaluators().release();
      return summary;
    }
  }

  private static RunSummary concluded(Session session, Keeper keeper, Evaluations evaluations)
      throws IOException {
    RunFolder folder = session.folder();
    TrainingState state = keeper.state();
    double seconds = state.trainedSeconds();
    RunSummary summary =
        new RunSummary(
            folder.folder(),
            state.step(),
            keeper.interrupted(),
            evaluations.best(),
            evaluations.decidedBy(),
            evaluations.last(),
            seconds,
            seconds > 0 ? state.images() / seconds : 0);
    if (!summary.interrupted()) {
      folder.writeSummary(summary.toJson());
    }
    String title = folder.folder().getFileName().toString();
    Curves.write(title, MetricsLog.read(folder.metrics()), folder.folder());
    return summary;
  }
}

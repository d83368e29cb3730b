package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.loop.TrainListener;
import org.maskwright.trainer.loop.Trainer;
import org.maskwright.trainer.source.TrainingData;
import org.maskwright.trainer.track.TrackedRun;
import org.maskwright.trainer.track.Trackers;

/** Settings to a finished run folder: the one place where training is put together. */
public final class TrainingRun {
  private final RunSettings settings;
  private final Console console;
  private final List<String> command;
  private final BooleanSupplier stopRequested;

  private TrainingRun(
      RunSettings settings, Console console, List<String> command, BooleanSupplier stopRequested) {
    this.settings = settings;
    this.console = console;
    this.command = command;
    this.stopRequested = stopRequested;
  }

  /**
   * Starts a run in a new folder and trains to its end.
   *
   * @param command as given, for the provenance
   * @param stopRequested asked after each step; true ends the run with a checkpoint
   */
  public static RunSummary start(
      Path folder,
      ConfigFile config,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested)
      throws IOException {
    RunFolder.requireNew(folder);
    RunSettings settings = config.bind(RunSettings.class);
    return new TrainingRun(settings, console, command, stopRequested)
        .train(() -> RunFolder.create(folder, config.render()));
  }

  /** Continues the run of a folder after its latest checkpoint; from the start if there is none. */
  public static RunSummary resume(
      Path folder, Console console, List<String> command, BooleanSupplier stopRequested)
      throws IOException {
    try (RunFolder run = RunFolder.resume(folder)) {
      RunSettings settings = RunFolder.settings(run.config(), List.of());
      return new TrainingRun(settings, console, command, stopRequested).train(() -> run);
    }
  }

  /** The classes of a data set as a model's. */
  public static ClassSpace classSpace(Categories categories) {
    return new ClassSpace(
        categories.asList().stream().map(c -> new ClassSpace.Entry(c.name(), c.thing())).toList());
  }

  /**
   * Trains.
   *
   * @param folder called when data, model and tasks are found to be in order, so that a run that is
   *     refused leaves no folder; closed at the end
   */
  private RunSummary train(Supplier<RunFolder> folder) throws IOException {
    try (Prepared prepared = Prepared.of(settings, console);
        RunFolder run = folder.get()) {
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
            TrainingData.fingerprint(prepared.val())));
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
    TrainingData data = prepared.data();
    TrainingState state = learner.readLatest(session.store(), console);
    if (state.step() > 0) {
      console.line("resuming after step %d", state.step());
    }
    try (Loader loader = data.loader(state.loader().orElseGet(data::start));
        StepLog log = StepLog.resume(session, state, trackers)) {
      Evaluations evaluations =
          new Evaluations(session, learner, prepared.evaluator(), log, state.step());
      Keeper keeper = new Keeper(session, learner, loader, log, evaluations, state);
      evaluations.catchUp(state.step());
      if (evaluations.exhausted() || state.step() >= settings.train().steps()) {
        console.line("the run has ended: nothing is left to train");
      } else {
        List<TrainListener> listeners = List.of(log, keeper); // the keeper reads the log's sums
        trainer(session, learner).run(loader, state.step(), settings.train().steps(), listeners);
      }
      evaluations.conclude(keeper.state().step(), keeper.interrupted());
      loader.skipped().forEach(message -> console.line("skipped: " + message));
      RunSummary summary = concluded(session, keeper, evaluations);
      // An ended run that is resumed once more has its page, which may have taken an evaluation.
      boolean told = Files.exists(session.folder().report()) && summary.step() == state.step();
      if (!summary.interrupted() && !told) {
        Optional<EvalReport> best = evaluations.reportOfBest();
        RunReport.write(session, prepared, summary, best, provenance);
      }
      return summary;
    }
  }

  private Trainer trainer(Session session, Learner learner) {
    return new Trainer(
        learner.task(),
        learner.optimizer(),
        learner.ema(),
        settings.optimizer(),
        settings.schedule().over(settings.train().steps()),
        settings.train().accumulate(),
        () -> session.store().latest().map(CheckpointStore.Checkpoint::folder));
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

package org.maskwright.trainer.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.Share;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
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
  private final Rendezvous place;

  private TrainingRun(
      RunSettings settings,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place) {
    this.settings = settings;
    this.console = console;
    this.command = command;
    this.stopRequested = stopRequested;
    this.place = place;
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
    return start(folder, config, console, command, stopRequested, Rendezvous.ALONE);
  }

  /**
   * As {@link #start(Path, ConfigFile, Console, List, BooleanSupplier)}, as one of several
   * processes that each call this. All give the same configuration; the first one writes the folder
   * and the console, the others what is wrong with their images.
   *
   * @param place of this process
   * @throws org.maskwright.engine.process.PeerException if another process has ended
   */
  public static RunSummary start(
      Path folder,
      ConfigFile config,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place)
      throws IOException {
    RunSettings settings;
    try {
      if (place.isFirst()) {
        RunFolder.requireNew(folder);
      }
      settings = config.bind(RunSettings.class);
    } catch (RuntimeException e) {
      GroupMember.refused(place, e);
      throw e;
    }
    return new TrainingRun(settings, console, command, stopRequested, place)
        .train(folder, () -> RunFolder.create(folder, config.render()));
  }

  /** Continues the run of a folder after its latest checkpoint; from the start if there is none. */
  public static RunSummary resume(
      Path folder, Console console, List<String> command, BooleanSupplier stopRequested)
      throws IOException {
    return resume(folder, console, command, stopRequested, Rendezvous.ALONE);
  }

  /**
   * As {@link #resume(Path, Console, List, BooleanSupplier)}, as one of several processes that each
   * call this; how many there are need not be how many there were.
   *
   * @param place of this process
   * @throws org.maskwright.engine.process.PeerException if another process has ended
   */
  public static RunSummary resume(
      Path folder,
      Console console,
      List<String> command,
      BooleanSupplier stopRequested,
      Rendezvous place)
      throws IOException {
    RunFolder run = null;
    try {
      RunSettings settings;
      try {
        run = place.isFirst() ? RunFolder.resume(folder) : null;
        settings = RunFolder.settings(RunFolder.configIn(folder), List.of());
      } catch (RuntimeException e) {
        GroupMember.refused(place, e);
        throw e;
      }
      RunFolder opened = run;
      return new TrainingRun(settings, console, command, stopRequested, place)
          .train(folder, () -> opened);
    } finally {
      if (run != null) {
        run.close();
      }
    }
  }

  /** The classes of a data set as a model's. */
  public static ClassSpace classSpace(Categories categories) {
    return new ClassSpace(
        categories.asList().stream().map(c -> new ClassSpace.Entry(c.name(), c.thing())).toList());
  }

  /**
   * Trains, with the other processes.
   *
   * @param opened the folder's run; asked in the first process
   */
  private RunSummary train(Path folder, Supplier<RunFolder> opened) throws IOException {
    return GroupMember.run(
        place,
        settings.train().processes().patience(),
        group -> {
          Agreement.requireSettings(group, settings);
          return place.isFirst() ? lead(group, opened) : follow(group, folder);
        });
  }

  /** Trains in another process than the first. */
  private RunSummary follow(ProcessGroup group, Path folder) {
    Console silent = new Console(new PrintWriter(Writer.nullWriter()), false);
    try (Prepared prepared = Prepared.of(settings, silent, console::line, group)) {
      Agreement.requirePrepared(group, prepared);
      Learner learner = prepared.learner();
      TrainingData data = prepared.data();
      TrainingState state = learner.shared(TrainingState.START);
      Follower follower =
          new Follower(settings, learner, prepared.evaluator(), stopRequested, state.step());
      try (Loader loader = data.loader(state.loader().orElseGet(data::start), share(group))) {
        follower.helpAll();
        if (!group.any(false)) {
          trainer(learner, Optional::empty)
              .run(loader, state.step(), settings.train().steps(), List.of(follower));
        }
        follower.helpAll();
      }
      return new RunSummary(
          folder,
          follower.step(),
          follower.interrupted(),
          Optional.empty(),
          BestSoFar.LAST_CHECKPOINT,
          Optional.empty(),
          0,
          0);
    }
  }

  private static Share share(ProcessGroup group) {
    return new Share(group.rank(), group.size());
  }

  /**
   * Trains in the first process, or the only one.
   *
   * @param folder called when data, model and tasks are found to be in order and those of all
   *     processes, so that a run that is refused leaves no folder; closed at the end
   */
  private RunSummary lead(ProcessGroup group, Supplier<RunFolder> folder) throws IOException {
    for (int rank = 0; group.size() > 1 && rank < group.size(); rank++) {
      console.line(group.name(rank));
    }
    try (Prepared prepared = Prepared.of(settings, console, console::line, group)) {
      Agreement.requirePrepared(group, prepared);
      return lead(prepared, folder);
    }
  }

  private RunSummary lead(Prepared prepared, Supplier<RunFolder> folder) throws IOException {
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
    TrainingState state = learner.shared(learner.readLatest(session.store(), console));
    ProcessGroup group = learner.processes();
    if (state.step() > 0) {
      console.line("resuming after step %d", state.step());
    }
    try (Loader loader = data.loader(state.loader().orElseGet(data::start), share(group));
        StepLog log = StepLog.resume(session, state, trackers)) {
      Evaluations evaluations =
          new Evaluations(session, learner, prepared.evaluator(), log, state.step());
      Keeper keeper = new Keeper(session, learner, loader, log, evaluations, state);
      evaluations.catchUp(state.step());
      prepared.evaluator().release();
      boolean over = evaluations.exhausted() || state.step() >= settings.train().steps();
      if (group.any(over)) {
        console.line("the run has ended: nothing is left to train");
      } else {
        List<TrainListener> listeners = List.of(log, keeper); // the keeper reads the log's sums
        trainer(learner, () -> session.store().latest().map(CheckpointStore.Checkpoint::folder))
            .run(loader, state.step(), settings.train().steps(), listeners);
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
      prepared.evaluator().release();
      return summary;
    }
  }

  private Trainer trainer(Learner learner, Supplier<Optional<Path>> lastCheckpoint) {
    return new Trainer(
        learner.task(),
        learner.optimizer(),
        learner.ema(),
        settings.optimizer(),
        settings.schedule().over(settings.train().steps()),
        settings.train().accumulate(),
        lastCheckpoint);
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

package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loop.Trainer;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.source.TrainingData;

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

  /** Makes the synthetic data set if one is asked for, and opens a data set for the run's task. */
  public static Dataset open(RunSettings run, DatasetSettings which) {
    run.data().scenes().ifPresent(scenes -> Scenes.write(run.data().root(), scenes));
    return DatasetOpener.open(which, run.task());
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
    BatchMemory.require(settings);
    TrainingData data = TrainingData.open(settings, console::line);
    Dataset valSet = open(settings, settings.data().val());
    requireSameClasses(data.categories(), valSet);
    data.lines().forEach(console::line);
    console.line("val:   %s, %d images", valSet.name(), valSet.size());
    Stream.concat(data.notes(), valSet.notes().stream())
        .distinct()
        .forEach(note -> console.line("note: " + note));
    data.learnable(valSet).forEach(warning -> console.line("warning: " + warning));
    Cautions.of(settings, data, valSet).forEach(console::line);
    ClassSpace classes = classSpace(data.categories());
    try (Engine engine = open();
        SegmentationModel model = SegmentationModels.build(engine, settings.model(), classes)) {
      Initialisation.Origin origin = Initialisation.apply(model, settings.init(), console);
      Initialisation.freeze(model, settings.init().freeze());
      try (Learner learner =
          new Learner(
              model,
              task(model, data, origin.normalization()),
              describe(classes, origin),
              settings.optimizer(),
              settings.criterion())) {
        console.line(
            "model: %.2f million parameters, %d classes, %d queries",
            model.parameterCount() / 1e6, classes.size(), model.queries());
        warn(classes, model.queries());
        Evaluator evaluator =
            new Evaluator(model, origin.normalization(), settings, valSet, console);
        try (RunFolder run = folder.get()) {
          console.line("run folder: " + run.folder());
          return train(engine, learner, data, valSet, evaluator, run);
        }
      }
    }
  }

  private Engine open() {
    Engine engine = EngineSettings.open(settings.engine().options(settings.seed()));
    console.line("engine: " + engine.description());
    SharedCores.notice(settings.engine().threads()).ifPresent(console::line);
    return engine;
  }

  private RunSummary train(
      Engine engine,
      Learner learner,
      TrainingData data,
      Dataset valSet,
      Evaluator evaluator,
      RunFolder folder)
      throws IOException {
    CheckpointStore store =
        CheckpointStore.open(folder.checkpoints(), settings.train().keepCheckpoints());
    TrainingState state = latest(store, learner);
    if (state.step() > 0) {
      console.line("resuming after step %d", state.step());
    }
    folder.writeProvenance(
        Provenance.current(
            settings.seed(),
            engine.backendName(),
            engine.device().toString(),
            command,
            Map.of("train", data.fingerprint(), "val", TrainingData.fingerprint(valSet))));
    Files.createDirectories(folder.samples());
    int steps = settings.train().steps();
    try (Loader loader = data.loader(state.loader().orElseGet(data::start));
        StepLog log =
            new StepLog(
                console,
                MetricsLog.resume(folder.metrics(), state.step()),
                folder.tensorboard(),
                settings.train().logEvery(),
                steps,
                state.unlogged())) {
      Keeper keeper =
          new Keeper(
              learner,
              store,
              loader,
              evaluator,
              settings.eval(),
              settings.train(),
              log,
              console,
              folder.samples(),
              stopRequested,
              state,
              evaluated(folder.metrics(), state.step()));
      Trainer trainer =
          new Trainer(
              learner.task(),
              learner.optimizer(),
              learner.ema(),
              settings.optimizer(),
              settings.schedule().over(steps),
              settings.train().accumulate(),
              () -> store.latest().map(CheckpointStore.Checkpoint::folder));
      keeper.catchUp();
      long last = state.step();
      if (keeper.exhausted() || last >= steps) {
        console.line("the run has ended: nothing is left to train");
      } else {
        last =
            trainer.run(
                loader, last, steps, List.of(log, keeper)); // the keeper reads the log's sums
      }
      keeper.conclude();
      loader.skipped().forEach(message -> console.line("skipped: " + message));
      double seconds = keeper.trainedSeconds();
      long images = keeper.images();
      RunSummary summary =
          new RunSummary(
              folder.folder(),
              last,
              keeper.interrupted(),
              keeper.best(),
              keeper.decidedBy(),
              keeper.last(),
              seconds,
              seconds > 0 ? images / seconds : 0);
      if (!summary.interrupted()) {
        folder.writeSummary(summary.toJson());
      }
      String title = folder.folder().getFileName().toString();
      Curves.write(title, MetricsLog.read(folder.metrics()), folder.folder());
      return summary;
    }
  }

  private TrainTask task(SegmentationModel model, TrainingData data, Normalization normalization) {
    return TrainTaskSettings.built(
        settings.train().task(),
        new TrainTaskSettings.Context(
            model,
            settings.criterion(),
            data.sources().stream().map(source -> source.settings().supervision()).toList(),
            normalization,
            console::line));
  }

  /**
   * Loads the newest checkpoint, or the newest that is whole: those after it are set aside, not
   * deleted.
   *
   * @throws CheckpointException if there are checkpoints and none can be read; all are left as they
   *     are then
   */
  private TrainingState latest(CheckpointStore store, Learner learner) {
    List<CheckpointStore.Checkpoint> all = store.all();
    Map<CheckpointStore.Checkpoint, CheckpointException> broken = new LinkedHashMap<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      CheckpointStore.Checkpoint checkpoint = all.get(i);
      try {
        TrainingState state = learner.read(checkpoint.folder());
        broken.forEach(
            (other, why) ->
                console.line(
                    "warning: checkpoint %s cannot be read and is kept as %s; going on from the one before, %s. The reason: %s",
                    other.folder(), store.setAside(other), checkpoint.folder(), why.getMessage()));
        return state;
      } catch (CheckpointException e) {
        broken.put(checkpoint, e);
      }
    }
    if (broken.isEmpty()) {
      return TrainingState.START;
    }
    CheckpointException newest = broken.values().iterator().next();
    throw new CheckpointException(
        newest.getMessage()
            + "\n  none of the %d checkpoints in %s can be read; start again with another --run-dir"
                .formatted(broken.size(), store.folder()),
        newest);
  }

  /** Evaluations up to a step, from the log. */
  private static List<MetricsLog.Line> evaluated(Path metrics, long step) throws IOException {
    if (step == 0 || !Files.exists(metrics)) {
      return List.of();
    }
    return MetricsLog.read(metrics).stream()
        .filter(line -> Keeper.isEvaluation(line) && line.step() <= step)
        .toList();
  }

  private void warn(ClassSpace classes, int queries) {
    if (settings.task() == Task.SEMANTIC && classes.size() > queries) {
      console.line(
          "warning: %d classes but only %d queries: an image with more classes cannot be learnt whole; raise the decoder's queries",
          classes.size(), queries);
    }
    InferenceSettings inference = Evaluator.inference(settings.eval());
    settings.eval().kinds().stream()
        .flatMap(kind -> kind.cautions(inference, queries, classes.size()).stream())
        .forEach(caution -> console.line("warning: " + caution));
  }

  private ModelFile describe(ClassSpace classes, Initialisation.Origin origin) {
    return ModelFile.of(
        settings.model(),
        classes,
        settings.eval().shortEdge(),
        settings.eval().maxSize(),
        origin.normalization(),
        origin.licence());
  }

  private static void requireSameClasses(Categories train, Dataset val) {
    if (!train.names().equals(val.categories().names())) {
      throw new ConfigException(
          "data.val: expected the classes of data.train, in the same order: "
              + train.names()
              + ", got "
              + val.categories().names());
    }
  }
}

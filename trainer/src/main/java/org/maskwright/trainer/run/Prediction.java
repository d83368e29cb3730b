package org.maskwright.trainer.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.TileSettings;
import org.maskwright.trainer.eval.Network;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedFrames;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.eval.VideoPass;
import org.maskwright.trainer.format.PredictionFiles;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.VideoWindows;

/**
 * What a model folder, or a file of ONNX, sees in photographs, as pictures, JSON and files of other
 * tools. Of a model in a run folder, size, rules and thresholds are those of the run's evaluation,
 * of any other the defaults; {@link PredictionWishes} win over them.
 *
 * <pre>{@code
 * Prediction prediction =
 *     Prediction.of(
 *         model, PredictionWishes.NONE.withFormats(List.of(PredictionFormats.get("labelme"))));
 * try (Engine engine = Engine.open(EngineOptions.DEFAULT)) {
 *   Prediction.Written written =
 *       prediction.write(
 *           engine, Photographs.find(List.of(Path.of("photos"))), OutputFolder.open(out), Prediction.Progress.NONE);
 *   written.broken().forEach(e -> log(e.getMessage()));
 * }
 * }</pre>
 *
 * <p>Several processes share the photographs where the engine has {@link Engine#join joined} them:
 * the first one writes all files, which are those of one process.
 *
 * <p><b>Memory</b> one photograph with its result at a time; of a large one a tile.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class Prediction {
  private static final int MOST_NAMED = 10;

  private final Path model;
  private final PredictionWishes wishes;
  private final ModelSource source;
  private final RunSettings run;
  private final ResultKind<?> kind;
  private final ScoreThresholds thresholds;
  private final Optional<Tiling> tiling;

  /** What is told while photographs are predicted. */
  public interface Progress {
    /** Tells nobody. */
    Progress NONE = new Progress() {};

    /** A photograph is done, or broken. */
    default void photograph(int done, int of, Photograph photograph) {}

    /** A tile of a photograph is done. */
    default void tile(int done, int of, Photograph photograph) {}

    /** What a user should know; a line. */
    default void note(String text) {}
  }

  /**
   * What came of it.
   *
   * @param pictures that were written, in the order of the photographs; each has a file of JSON
   *     beside it
   * @param broken of each photograph that was left out what is wrong with it
   */
  public record Written(List<Path> pictures, List<DatasetException> broken) {
    /** Keeps copies. */
    public Written {
      pictures = List.copyOf(pictures);
      broken = List.copyOf(broken);
    }

    /**
     * Does nothing if all photographs were read.
     *
     * @throws DatasetException that names all that were not
     */
    public void requireAll() {
      if (!broken.isEmpty()) {
        throw unreadable(broken, pictures.size() + broken.size());
      }
    }
  }

  private Prediction(
      Path model,
      PredictionWishes wishes,
      ModelSource source,
      RunSettings run,
      ResultKind<?> kind,
      ScoreThresholds thresholds) {
    this.model = model;
    this.wishes = wishes;
    this.source = source;
    this.run = run;
    this.kind = kind;
    this.thresholds = thresholds;
    this.tiling = tiling();
  }

  /**
   * Reads what a model folder or an ONNX file says of itself; a folder's weights are not read yet.
   *
   * @throws IllegalArgumentException if wishes do not fit the model or each other; the message
   *     begins with the name of the one
   * @throws CheckpointException if the folder is none of a model, or has no best thresholds where
   *     they are asked for
   */
  public static Prediction of(Path model, PredictionWishes wishes) {
    ModelSource source = ModelSource.of(model);
    RunSettings run =
        RunFolder.configOf(model)
            .map(file -> RunFolder.settings(file, List.of(), note -> {}))
            .orElseGet(() -> ConfigFile.defaults(List.of()).bind(RunSettings.class));
    return of(model, wishes, source, run);
  }

  private static Prediction of(
      Path model, PredictionWishes wishes, ModelSource source, RunSettings run) {
    Map<String, ScoreThresholds> best = wishes.threshold().isBest() ? best(model) : Map.of();
    ResultKind<?> kind = wishes.kind().orElseGet(() -> first(source, best.keySet()));
    if (kind.asking().isPresent()) {
      throw new IllegalArgumentException(
          "task %s: it is made of an annotation, by eval; predict takes %s"
              .formatted(kind.name(), String.join(" or ", ResultKinds.namesOf(Optional.empty()))));
    }
    if (!wishes.formats().isEmpty() && kind.segmented().isEmpty()) {
      throw new IllegalArgumentException(
          "format: all formats hold segments, of which results of the task %s are not made; leave it out"
              .formatted(kind.name()));
    }
    return new Prediction(model, wishes, source, run, kind, thresholds(model, wishes, kind, best));
  }

  /**
   * The same model, asked for something else; of its files none but best thresholds is read again.
   *
   * @throws IllegalArgumentException as of {@link #of(Path, PredictionWishes)}
   * @throws CheckpointException as of it
   */
  public Prediction with(PredictionWishes other) {
    return of(model, other, source, run);
  }

  private static Map<String, ScoreThresholds> best(Path model) {
    Map<String, ScoreThresholds> kept = ModelFolder.thresholds(model);
    if (kept.isEmpty()) {
      throw new CheckpointException(
          model,
          "--threshold best: expected %s, found none; 'maskwright eval %s --save-thresholds' writes it, or give a score"
              .formatted(ModelFolder.THRESHOLDS, model));
    }
    return kept;
  }

  /** The first kind that a model can give, of those with thresholds if there are some. */
  private static ResultKind<?> first(ModelSource source, Set<String> withThresholds) {
    return kinds(source).stream()
        .filter(kind -> withThresholds.isEmpty() || withThresholds.contains(kind.name()))
        .findFirst()
        .orElseThrow();
  }

  private static List<ResultKind<?>> kinds(ModelSource source) {
    boolean pixels = source.classifiesPixels();
    List<ResultKind<?>> out = new ArrayList<>(ResultKinds.all());
    out.removeIf(kind -> kind.asking().isPresent());
    out.removeIf(kind -> pixels && kind.needsMasks());
    out.removeIf(kind -> kind.ofVideos() != source.takesClips());
    return out;
  }

  private static ScoreThresholds thresholds(
      Path model, PredictionWishes wishes, ResultKind<?> kind, Map<String, ScoreThresholds> best) {
    if (best.isEmpty()) {
      return ScoreThresholds.everywhere(
          wishes.threshold().score().orElse(InstanceKind.DEFAULT_THRESHOLD));
    }
    return Optional.ofNullable(best.get(kind.name()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "threshold best: expected --task %s, of which %s has thresholds, got %s"
                        .formatted(
                            String.join(" or ", best.keySet()),
                            model.resolve(ModelFolder.THRESHOLDS),
                            kind.name())));
  }

  private Optional<Tiling> tiling() {
    TileSettings own = run.eval().tiles();
    int trained = run.data().sources().get(0).tiles().size();
    return new TileSettings(
            wishes.tile().orElse(own.size()), wishes.overlap().orElse(own.overlap()))
        .tiling(trained > 0 ? trained : shortEdge());
  }

  /** The kind of its results. */
  public ResultKind<?> kind() {
    return kind;
  }

  /** How large pictures are divided; empty: not at all. */
  Optional<Tiling> tiles() {
    return tiling;
  }

  /** Whether another one is of the same model. */
  boolean isOfModelOf(Prediction other) {
    return source.equals(other.source);
  }

  /** The classes of its results: the model's own, or those that are asked for. */
  public ClassSpace classSpace() {
    return wishes.words().map(words -> words.classes().space()).orElse(source.classSpace());
  }

  /** The kinds of results that the model can give of a photograph, the first one by default. */
  public List<ResultKind<?>> kinds() {
    return kinds(source);
  }

  /** What is done to pixels first; its channels are those that the model takes. */
  public Normalization normalization() {
    return source.normalization();
  }

  /** Pixels of the short edge of the input. */
  public int shortEdge() {
    return wishes.shortEdge().orElse(source.shortEdge());
  }

  /** Pixels of the long edge of the input at most. */
  public int maxSize() {
    return Math.max(shortEdge(), source.maxSize());
  }

  /** Below which scores instances are left out. */
  public ScoreThresholds thresholds() {
    return thresholds;
  }

  /**
   * How the frames of videos are seen.
   *
   * @param windows of a model of clips; empty: as its run evaluates
   * @param perFrame whether each frame is answered for at once, with the queries of the frame
   *     before carried into it
   */
  public record FrameWishes(Optional<VideoWindows> windows, boolean perFrame) {
    /** As the model's run evaluates. */
    public static final FrameWishes NONE = new FrameWishes(Optional.empty(), false);

    /** Checks that they belong together. */
    public FrameWishes {
      if (perFrame && windows.isPresent()) {
        throw new IllegalArgumentException(
            "window: not with --per-frame, where each frame is seen by itself; leave one of them"
                + " out");
      }
    }
  }

  /** The way of the frames of one video through a model, given in order. */
  public interface Sight {
    /**
     * Takes the next frame.
     *
     * @return the frames that it is known by now what is seen in, in order: a model that sees
     *     several at once answers for some of them later
     * @throws DatasetException if it cannot be read, or a model of clips is given frames of several
     *     sizes
     */
    List<? extends PredictedPhotograph<?>> next(Photograph frame);

    /**
     * As {@link #next(Photograph)} of a frame that is in memory.
     *
     * @param frame what it is called
     * @throws DatasetException if the model takes other channels as well
     */
    List<? extends PredictedPhotograph<?>> next(Photograph frame, RgbImage picture);

    /** The frames that are left, behind the last one. */
    List<? extends PredictedPhotograph<?>> end();
  }

  /**
   * Loads the model, for who makes something else of results than files of each photograph; in this
   * process alone.
   *
   * @param what is predicted, for the processes to agree about
   * @return to be closed by the caller
   * @throws ConfigException if the model cannot serve the kind or the wishes
   */
  public Opened open(Engine engine, String what, FrameWishes frames, Progress progress) {
    ModelSource.Loaded loaded = load(engine, what);
    try {
      InferenceSettings settings = frames.windows().map(settings()::withWindows).orElse(settings());
      Predictor predictor = predictor(loaded.network(), settings);
      Optional<Supplier<VideoPass>> passes = predictor.videoPasses(frames.perFrame());
      if (passes.isPresent() && tiling.isPresent()) {
        throw new ConfigException(
            "--tile: expected off for a model that sees several frames, or whose queries go from"
                + " frame to frame: it sees whole frames");
      }
      if (passes.isEmpty() && frames.windows().isPresent()) {
        throw new ConfigException(
            "--window: expected a model of clips (model.decoder.type = masked-attention-video), got"
                + " one that sees each frame by itself; leave it out");
      }
      classesToLookFor().ifPresent(progress::note);
      classesWithoutBest().ifPresent(progress::note);
      return new Opened(loaded, predictor, passes, progress);
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * A model that is loaded.
   *
   * <p><b>Threads</b> one at a time. <b>Lifecycle</b> holds the model's memory until it is closed.
   */
  public final class Opened implements AutoCloseable {
    private final ModelSource.Loaded loaded;
    private final Predictor predictor;
    private final Optional<Supplier<VideoPass>> passes; // empty: each frame by itself
    private final Progress progress;

    private Opened(
        ModelSource.Loaded loaded,
        Predictor predictor,
        Optional<Supplier<VideoPass>> passes,
        Progress progress) {
      this.loaded = loaded;
      this.predictor = predictor;
      this.passes = passes;
      this.progress = progress;
    }

    /** Before the first frame of a video. */
    public Sight video() {
      return passes
          .<Sight>map(pass -> new InPasses<>(new PredictedFrames<>(predictor, kind, pass.get())))
          .orElseGet(OneByOne::new);
    }

    /** Each frame as a photograph. */
    private final class OneByOne implements Sight {
      @Override
      public List<PredictedPhotograph<?>> next(Photograph frame) {
        return List.of(predicted(predictor, frame, progress));
      }

      @Override
      public List<PredictedPhotograph<?>> next(Photograph frame, RgbImage picture) {
        return List.of(
            predictor.photograph(
                frame.file(),
                predictor.withChannels(frame.file(), picture),
                kind,
                tiling,
                (done, of) -> progress.tile(done, of, frame)));
      }

      @Override
      public List<PredictedPhotograph<?>> end() {
        return List.of();
      }
    }

    /** Frames that know of each other. */
    private final class InPasses<R> implements Sight {
      private final PredictedFrames<R> frames;

      InPasses(PredictedFrames<R> frames) {
        this.frames = frames;
      }

      @Override
      public List<PredictedPhotograph<R>> next(Photograph frame) {
        return next(frame, PhotographFile.read(frame.file(), source.normalization().channels()));
      }

      @Override
      public List<PredictedPhotograph<R>> next(Photograph frame, RgbImage picture) {
        return next(frame, predictor.withChannels(frame.file(), picture));
      }

      private List<PredictedPhotograph<R>> next(
          Photograph frame, org.maskwright.datasets.Photograph picture) {
        ImageId id = ImageId.of(frame.file().toString());
        return frames.next(
            new SampleInfo(id, frame.file(), picture.width(), picture.height()), picture);
      }

      @Override
      public List<PredictedPhotograph<R>> end() {
        return frames.end();
      }
    }

    @Override
    public void close() {
      loaded.close();
    }
  }

  /** As the run evaluates, where it evaluates the kind; but at the size the model asks for. */
  private InferenceSettings settings() {
    EvalSettings eval = run.eval();
    boolean evaluated = RunFolder.configOf(model).isPresent() && eval.tasks().contains(kind.name());
    return new InferenceSettings(
            shortEdge(),
            maxSize(),
            wishes.threshold().score().orElse(eval.objectThreshold()),
            eval.overlapThreshold(),
            eval.maxInstances(),
            evaluated ? Set.copyOf(eval.tasks()) : Set.of(kind.name()),
            wishes.rules().orElse(eval.rules()),
            thresholds.least())
        .withWindows(eval.video())
        .withSemanticMerge(eval.semanticMerge());
  }

  /** Says which classes have no threshold of their own where others have. */
  private Optional<String> classesWithoutBest() {
    List<String> without =
        classSpace().classes().stream()
            .map(ClassSpace.Entry::name)
            .filter(name -> !thresholds.byClass().containsKey(name))
            .toList();
    return thresholds.byClass().isEmpty() || without.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "threshold %s for classes without a best one: %s%s"
                .formatted(
                    thresholds.otherwise(),
                    String.join(", ", without.subList(0, Math.min(MOST_NAMED, without.size()))),
                    without.size() > MOST_NAMED ? ", ..." : ""));
  }

  /** How long processes that share the photographs wait for each other. */
  public Duration patience() {
    return run.train().processes().patience();
  }

  /**
   * Predicts photographs, each into a picture and a file of JSON under its name below the folder
   * that all have in common, and all into the formats. One that cannot be read is left out.
   *
   * <p>Of several processes that the engine has joined the first calls this and the others {@link
   * #help}.
   *
   * @throws org.maskwright.trainer.output.OutputRefusedException if a file would be overwritten
   *     that no command wrote; before the work starts
   * @throws DatasetException if no photograph can be read
   * @throws ConfigException if the model cannot serve the kind, or the processes differ
   * @throws org.maskwright.files.OutputException if a file cannot be written
   */
  public Written write(
      Engine engine, List<Photograph> photographs, OutputFolder folder, Progress progress) {
    List<String> names = Photographs.outputNames(photographs);
    names.forEach(name -> folder.requireFree(name + ".png", name + ".json"));
    try (ModelSource.Loaded loaded = load(engine, photographs);
        PredictionFiles files =
            PredictionFiles.in(folder, wishes.formats(), kind, classSpace(), wishes.tolerance())) {
      names.forEach(files::requireFree);
      Predictor predictor = predictor(loaded.network());
      classesToLookFor().ifPresent(progress::note);
      classesWithoutBest().ifPresent(progress::note);
      Results results = new Results(photographs, names, folder, files, progress);
      shared(needsOneProcess() ? ProcessGroup.alone() : engine.processes())
          .each(photographs, p -> predicted(predictor, p, progress), results);
      if (results.written.isEmpty() && !results.broken.isEmpty()) {
        throw unreadable(results.broken, results.broken.size());
      }
      files.finish();
      return new Written(results.written, results.broken);
    } catch (IOException e) {
      throw OutputFile.failure(folder.path(), e);
    }
  }

  /**
   * In another process than the first: predicts a share of the photographs that process 0 writes.
   *
   * @param photographs the same in all processes
   */
  public void help(Engine engine, List<Photograph> photographs) {
    try (ModelSource.Loaded loaded = load(engine, photographs)) {
      Predictor predictor = predictor(loaded.network());
      if (!needsOneProcess()) {
        shared(engine.processes())
            .each(photographs, p -> predicted(predictor, p, Progress.NONE), null);
      }
    }
  }

  private boolean needsOneProcess() {
    return SharedPhotographs.needsOneProcess(kind, !wishes.formats().isEmpty());
  }

  private SharedPhotographs shared(ProcessGroup group) {
    return new SharedPhotographs(
        group, kind, classSpace(), thresholds, !wishes.formats().isEmpty());
  }

  /** Over a network of this model that is loaded. */
  Predictor predictor(Network network) {
    return predictor(network, settings());
  }

  private Predictor predictor(Network network, InferenceSettings settings) {
    Predictor predictor = new Predictor(network, classSpace(), source.normalization(), settings);
    predictor.requireServes(kind);
    return predictor;
  }

  private ModelSource.Loaded load(Engine engine, List<Photograph> photographs) {
    return load(
        engine, photographs.stream().map(Photograph::name).collect(Collectors.joining(", ")));
  }

  /**
   * Loads the model.
   *
   * @param what is predicted, for processes to agree about
   */
  ModelSource.Loaded load(Engine engine, String what) {
    ModelSource.Loaded loaded =
        source
            .loader()
            .load(
                engine,
                Map.of(
                    "version",
                    Versions.current().toString(),
                    "photographs",
                    what,
                    "asked for",
                    "%s %s %s %s %s"
                        .formatted(
                            kind.name(),
                            shortEdge(),
                            wishes.threshold(),
                            tiling,
                            wishes.words().map(SpokenWords::classes))));
    try {
      wishes.words().ifPresent(loaded::speak); // until it is closed
      return loaded;
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** The classes that are asked for in place of the model's own. */
  Optional<SpokenWords> words() {
    return wishes.words();
  }

  private Optional<String> classesToLookFor() {
    return wishes.words().map(words -> words.note(source.classSpace()));
  }

  private PredictedPhotograph<?> predicted(
      Predictor predictor, Photograph photograph, Progress progress) {
    return predictor.photograph(
        photograph.file(), kind, tiling, (done, of) -> progress.tile(done, of, photograph));
  }

  private static DatasetException unreadable(List<DatasetException> broken, int of) {
    return of == 1
        ? broken.get(0)
        : new DatasetException(
            "%d of %d photographs cannot be read:%s"
                .formatted(
                    broken.size(),
                    of,
                    broken.stream()
                        .map(e -> "\n  " + e.getMessage())
                        .collect(Collectors.joining())));
  }

  /** Where the results of photographs go. */
  private final class Results implements SharedPhotographs.Sink {
    private final List<Photograph> photographs;
    private final List<String> names;
    private final OutputFolder folder;
    private final PredictionFiles files;
    private final Progress progress;
    private final List<Path> written = new ArrayList<>();
    private final List<DatasetException> broken = new ArrayList<>();

    Results(
        List<Photograph> photographs,
        List<String> names,
        OutputFolder folder,
        PredictionFiles files,
        Progress progress) {
      this.photographs = photographs;
      this.names = names;
      this.folder = folder;
      this.files = files;
      this.progress = progress;
    }

    /** Writes the files of one, the picture last. */
    @Override
    public void seen(int number, SharedPhotographs.Seen seen) {
      Photograph photograph = photographs.get(number);
      String name = names.get(number);
      try {
        seen.result()
            .ifPresent(r -> files.add(photograph.file(), photograph.name(), name, r, thresholds));
        seen.notes().forEach(note -> progress.note("note: " + photograph.name() + ": " + note));
        folder.write(name + ".json", seen.json());
        written.add(folder.write(name + ".png", seen.picture()));
      } catch (DatasetException e) {
        if (!SharedPhotographs.isOf(photograph, e)) {
          throw e;
        }
        broken.add(e);
      }
      told(number);
    }

    @Override
    public void broken(int number, DatasetException why) {
      broken.add(why);
      told(number);
    }

    private void told(int number) {
      progress.photograph(number + 1, photographs.size(), photographs.get(number));
    }
  }
}

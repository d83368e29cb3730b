package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.Photographs;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.format.PredictionFiles;
import org.maskwright.trainer.format.PredictionFormat;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.Rules;
import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright predict}: pictures and JSON of what a model sees in photographs. */
@Command(
    name = "predict",
    description = {
      "Run a model on photographs: for each an overlay picture (NAME.png) and the segments as JSON with run lengths (NAME.json); with --format, files for labelling tools too.",
      "Of a model in a run folder, thresholds and rules are those of the run's eval section; of any other they are the defaults of a configuration."
    })
final class PredictCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder, such as a run's checkpoints/best.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description =
          "Photographs, folders of them, whose sub-folders are kept, or lists: text files (.txt) with one of these on a line.")
  private List<Path> images;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      completionCandidates = Kinds.class,
      description =
          "Kind of result: ${COMPLETION-CANDIDATES} (default: the first of them that the model can give).")
  private String task;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for pictures and JSON: one without pictures of yours.")
  private Path out;

  private Optional<ScoreOption> threshold = Optional.empty();

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      description =
          "Panoptic: class score a segment needs (default: eval.object-threshold). Instance: score it needs to be drawn or listed (default: 0.5);"
              + " best: that of the best F1 of its class, which training and eval --save-thresholds keep in the model folder.")
  void threshold(String text) {
    threshold = Optional.of(ScoreOption.of(spec, "--threshold", text));
  }

  @Option(
      names = "--short-edge",
      paramLabel = "PX",
      description = "Short edge of the input (default: as the model was evaluated).")
  private Integer shortEdge;

  @Option(
      names = "--rules",
      paramLabel = "RULES",
      description =
          "Whose resizing and post-processing: official, or hf (Hugging Face Transformers) (default: eval.rules).")
  private Optional<Rules> rules = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      split = ",",
      completionCandidates = Formats.class,
      description =
          "Write files for labelling tools too, in a folder named as the format: ${COMPLETION-CANDIDATES}. Several with commas between.")
  private List<String> formats = List.of();

  @Option(
      names = "--simplify",
      paramLabel = "PX",
      description =
          "Outlines in files of --format with fewer points, each left out at most so far from the new line, as is easier to correct by hand (default: 0, exactly the masks').")
  private double simplify;

  @Mixin private TileMixin tiles;
  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  private static final int MOST_NAMED = 10;

  @Override
  public Integer call() throws IOException {
    checkNumbers();
    List<PredictionFormat> chosen =
        formats.stream()
            .distinct()
            .map(name -> found("--format", PredictionFormats::get, name))
            .toList();
    Optional<ResultKind<?>> named =
        Optional.ofNullable(task).map(name -> found("--task", ResultKinds::get, name));
    List<Photograph> photographs = Photographs.find(images);
    List<String> names = Photographs.outputNames(photographs);
    OutputFolder folder = OutputFolder.open(out);
    names.forEach(name -> folder.requireFree(name + ".png", name + ".json"));
    ModelFile description = ModelFolder.describe(model);
    Map<String, ScoreThresholds> best = best();
    ResultKind<?> asked = named.orElseGet(() -> first(description, best.keySet()));
    ScoreThresholds shown = thresholds(asked, best);
    requireSegments(asked, chosen);
    List<Path> written = new ArrayList<>();
    List<DatasetException> broken = new ArrayList<>();
    try (Console console = Terminal.console(spec);
        Engine e = engine.open();
        SegmentationModel loaded = ModelFolder.open(e, model);
        PredictionFiles files =
            PredictionFiles.in(folder, chosen, asked, loaded.classSpace(), simplify)) {
      names.forEach(files::requireFree);
      Predictor predictor =
          new Predictor(loaded, description.normalization(), settings(description, asked, shown));
      predictor.requireServes(asked);
      withoutBest(description, shown).ifPresent(console::line);
      Results results =
          new Results(folder, files, asked, predictor, tiling(description), shown, console);
      for (int i = 0; i < photographs.size(); i++) {
        Photograph photograph = photographs.get(i);
        try {
          written.add(results.write(photograph, names.get(i)));
        } catch (DatasetException unreadable) {
          if (photographs.size() == 1 || !isOf(photograph, unreadable)) {
            throw unreadable;
          }
          broken.add(unreadable);
        }
        console.progress("predicting", i + 1, photographs.size(), photograph.name());
      }
      files.finish();
    }
    report(written);
    if (!broken.isEmpty()) {
      throw new DatasetException(
          broken.size()
              + " of "
              + photographs.size()
              + " photographs cannot be read:"
              + list(broken));
    }
    return ExitCode.OK.code();
  }

  /** Whether a photograph is at fault, and not what was to be written. */
  private static boolean isOf(Photograph photograph, DatasetException e) {
    return e.file().equals(Optional.of(photograph.file().toString()));
  }

  private static String list(List<DatasetException> broken) {
    return broken.stream().map(e -> "\n  " + e.getMessage()).collect(Collectors.joining());
  }

  private String folders() {
    return formats.stream()
        .distinct()
        .map(name -> ", " + out.resolve(name))
        .collect(Collectors.joining());
  }

  /** Where the results of photographs go. */
  private record Results(
      OutputFolder folder,
      PredictionFiles files,
      ResultKind<?> kind,
      Predictor predictor,
      Optional<Tiling> tiling,
      ScoreThresholds thresholds,
      Console console) {
    /** Writes the picture, the JSON and the files of one; the first two are made before. */
    Path write(Photograph photograph, String name) {
      PredictedPhotograph<?> seen =
          predictor.photograph(
              photograph.file(),
              kind,
              tiling,
              (done, of) -> console.progress("tiles", done, of, photograph.name()));
      RgbImage photo = seen.photograph();
      Overlay overlay = Overlay.on(photo.data(), photo.width(), photo.height());
      byte[] picture = seen.drawn().picture(overlay, thresholds).toPng();
      String record = seen.result().json(photograph.name(), thresholds);
      files.add(photograph.file(), photograph.name(), name, seen.result(), thresholds);
      seen.notes().forEach(note -> console.line("note: " + photograph.name() + ": " + note));
      folder.write(name + ".json", record);
      return folder.write(name + ".png", picture);
    }
  }

  private void checkNumbers() {
    tiles.check();
    if (shortEdge != null) {
      OptionRange.atLeast(spec, "--short-edge", 1, shortEdge);
    }
    if (!(simplify >= 0 && simplify < Double.POSITIVE_INFINITY)) {
      throw new ParameterException(
          spec.commandLine(), "--simplify: expected at least 0 pixels, got " + simplify);
    }
  }

  /** The thresholds that the model folder keeps, if they are asked for. */
  private Map<String, ScoreThresholds> best() {
    if (!threshold.map(ScoreOption::isBest).orElse(false)) {
      return Map.of();
    }
    Map<String, ScoreThresholds> kept = ModelFolder.thresholds(model);
    if (kept.isEmpty()) {
      throw new CheckpointException(
          model,
          "--threshold best: expected %s, found none; 'maskwright eval %s --save-thresholds' writes it, or give a score"
              .formatted(ModelFolder.THRESHOLDS, model));
    }
    return kept;
  }

  /** From which score on results of a kind are shown. */
  private ScoreThresholds thresholds(ResultKind<?> asked, Map<String, ScoreThresholds> best) {
    if (best.isEmpty()) {
      return ScoreThresholds.everywhere(
          threshold.map(ScoreOption::score).orElse(InstanceKind.DEFAULT_THRESHOLD));
    }
    return Optional.ofNullable(best.get(asked.name()))
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--threshold best: expected --task %s, of which %s has thresholds, got %s"
                        .formatted(
                            String.join(" or ", best.keySet()),
                            model.resolve(ModelFolder.THRESHOLDS),
                            asked.name())));
  }

  /** Says which classes have no threshold of their own where others have. */
  private static Optional<String> withoutBest(ModelFile description, ScoreThresholds shown) {
    List<String> without =
        description.classes().stream()
            .map(ClassSpace.Entry::name)
            .filter(name -> !shown.byClass().containsKey(name))
            .toList();
    return shown.byClass().isEmpty() || without.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "threshold %s for classes without a best one: %s%s"
                .formatted(
                    shown.otherwise(),
                    String.join(", ", without.subList(0, Math.min(MOST_NAMED, without.size()))),
                    without.size() > MOST_NAMED ? ", ..." : ""));
  }

  /** As the run evaluates, where it evaluates the kind; but at the size the model asks for. */
  private InferenceSettings settings(
      ModelFile description, ResultKind<?> asked, ScoreThresholds shown) {
    EvalSettings eval = run().eval();
    boolean evaluated =
        RunFolder.configOf(model).isPresent() && eval.tasks().contains(asked.name());
    int edge = shortEdge == null ? description.shortEdge() : shortEdge;
    return new InferenceSettings(
        edge,
        Math.max(edge, description.maxSize()),
        threshold.filter(t -> !t.isBest()).map(ScoreOption::score).orElse(eval.objectThreshold()),
        eval.overlapThreshold(),
        eval.maxInstances(),
        evaluated ? Set.copyOf(eval.tasks()) : Set.of(asked.name()),
        rules.orElse(eval.rules()),
        shown.least());
  }

  /** The settings of the model's run, or the defaults. */
  private RunSettings run() {
    return RunFolder.configOf(model)
        .map(file -> RunFolder.settings(file, List.of()))
        .orElseGet(() -> ConfigFile.defaults(List.of()).bind(RunSettings.class));
  }

  private Optional<Tiling> tiling(ModelFile description) {
    RunSettings run = run();
    int edge = shortEdge == null ? description.shortEdge() : shortEdge;
    int trained = run.data().sources().get(0).tiles().size();
    try {
      return tiles.over(run.eval().tiles()).tiling(trained > 0 ? trained : edge);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  private <T> T found(String option, Function<String, T> registry, String name) {
    try {
      return registry.apply(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  private void requireSegments(ResultKind<?> kind, List<PredictionFormat> chosen) {
    if (!chosen.isEmpty() && kind.segmented().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--format: all formats hold segments, of which results of the task %s are not made; leave it out"
              .formatted(kind.name()));
    }
  }

  /** The first kind that a model can give, of those with thresholds if there are some. */
  private static ResultKind<?> first(ModelFile description, Set<String> withThresholds) {
    boolean pixels = description.model().decoder().classifiesPixels();
    return ResultKinds.all().stream()
        .filter(kind -> !pixels || !kind.needsMasks())
        .filter(kind -> withThresholds.isEmpty() || withThresholds.contains(kind.name()))
        .findFirst()
        .orElseThrow();
  }

  /** What {@code --task} may be, for the help. */
  private static final class Kinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ResultKinds.names().iterator();
    }
  }

  /** What {@code --format} may be, for the help. */
  private static final class Formats implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return PredictionFormats.names().iterator();
    }
  }

  private void report(List<Path> written) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () ->
            writer.printf(
                "%d photograph%s: pictures and JSON in %s%s%n",
                written.size(), written.size() == 1 ? "" : "s", out, folders()),
        () -> JsonLines.strings(written.stream().map(Path::toString).toList()));
  }
}

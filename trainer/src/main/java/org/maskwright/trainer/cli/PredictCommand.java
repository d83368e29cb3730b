package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.ImageDecoder;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.Drawing;
import org.maskwright.trainer.eval.InferenceSettings;
import org.maskwright.trainer.eval.PredictionJson;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.eval.Rules;
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
      "Run a model on photographs: for each an overlay picture (NAME.png) and the segments as JSON with run lengths (NAME.json).",
      "Of a model in a run folder, thresholds and rules are those of the run's eval section; of any other they are the defaults of a configuration."
    })
final class PredictCommand implements Callable<Integer> {
  private static final List<String> ENDINGS =
      List.of(".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff");

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A model folder, such as a run's checkpoints/best.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Photographs, or folders of them.")
  private List<Path> images;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "panoptic, instance or semantic (default: panoptic, or semantic where the model can do no other).")
  private String task;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for pictures and JSON.")
  private Path out;

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      description =
          "Panoptic: class score a segment needs (default: eval.object-threshold). Instance: score it needs to be drawn or listed (default: 0.5).")
  private Optional<Double> threshold = Optional.empty();

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

  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    checkNumbers();
    List<Path> files = files();
    ModelFile description = ModelFolder.describe(model);
    Task asked = task(description);
    OutputFile.createFolder(out);
    try (Engine e = engine.open();
        SegmentationModel loaded = ModelFolder.open(e, model)) {
      Predictor predictor =
          new Predictor(loaded, description.normalization(), settings(description, asked));
      predictor.requireServes(asked);
      Drawing drawing = new Drawing(predictor, threshold.orElse(SHOWN));
      PredictionJson records = new PredictionJson(predictor, threshold.orElse(SHOWN));
      Console console = new Console(spec.commandLine().getErr(), Terminal.isOne());
      List<Path> written = new ArrayList<>();
      List<String> names = outputNames(files);
      for (int i = 0; i < files.size(); i++) {
        written.add(predict(asked, files.get(i), i, names.get(i), predictor, drawing, records));
        console.progress("predicting", i + 1, files.size(), files.get(i).getFileName().toString());
      }
      report(written);
    }
    return ExitCode.OK.code();
  }

  /** Score of an instance that is drawn and listed. */
  private static final double SHOWN = 0.5;

  private void checkNumbers() {
    if (shortEdge != null) {
      OptionRange.atLeast(spec, "--short-edge", 1, shortEdge);
    }
    if (threshold.isPresent() && !(threshold.get() >= 0 && threshold.get() <= 1)) {
      throw new ParameterException(
          spec.commandLine(), "--threshold: expected a score in [0,1], got " + threshold.get());
    }
  }

  /** As the run evaluates, where it evaluates the task; but at the size the model asks for. */
  private InferenceSettings settings(ModelFile description, Task asked) {
    Optional<Path> run = RunFolder.configOf(model);
    EvalSettings eval =
        run.map(file -> RunFolder.settings(file, List.of()))
            .orElseGet(() -> ConfigFile.defaults(List.of()).bind(RunSettings.class))
            .eval();
    boolean evaluated = run.isPresent() && eval.tasks().contains(asked);
    int edge = shortEdge == null ? description.shortEdge() : shortEdge;
    return new InferenceSettings(
        edge,
        Math.max(edge, description.maxSize()),
        threshold.orElse(eval.objectThreshold()),
        eval.overlapThreshold(),
        eval.maxInstances(),
        evaluated ? EnumSet.copyOf(eval.tasks()) : EnumSet.of(asked),
        rules.orElse(eval.rules()),
        threshold.orElse(SHOWN));
  }

  private Task task(ModelFile description) {
    if (task == null) {
      boolean pixels = description.model().decoder().classifiesPixels();
      return pixels ? Task.SEMANTIC : Task.PANOPTIC;
    }
    try {
      return Task.ofKey(task);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--task: " + e.getMessage(), e);
    }
  }

  private List<Path> files() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path path : images) {
      if (Files.isDirectory(path)) {
        try (Stream<Path> inside = Files.list(path)) {
          inside.filter(PredictCommand::isImage).sorted().forEach(found::add);
        }
      } else {
        found.add(path);
      }
    }
    if (found.isEmpty()) {
      throw new DatasetException(
          images + ": no photographs found; expected files ending in " + ENDINGS);
    }
    return found;
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  /** Names of files without their endings; where several are the same, -2, -3, ... follows. */
  static List<String> outputNames(List<Path> files) {
    Set<String> used = new LinkedHashSet<>();
    for (Path file : files) {
      String stem = file.getFileName().toString().replaceFirst("\\.[^.]+$", "");
      String name = stem;
      for (int n = 2; !used.add(name); n++) {
        name = stem + "-" + n;
      }
    }
    return List.copyOf(used);
  }

  private Path predict(
      Task asked,
      Path file,
      int number,
      String name,
      Predictor predictor,
      Drawing drawing,
      PredictionJson records)
      throws IOException {
    RgbImage photo = ImageDecoder.read(file);
    Sample sample =
        new Sample(
            new SampleInfo(ImageId.of(number), file, photo.width(), photo.height()),
            photo,
            List.of());
    Predictor.Outputs outputs = predictor.run(sample);
    Path picture = out.resolve(name + ".png");
    drawing.picture(asked, photo, outputs).writePng(picture);
    records.write(asked, file.getFileName().toString(), outputs, out.resolve(name + ".json"));
    return picture;
  }

  private void report(List<Path> written) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () ->
            writer.printf(
                "%d photograph%s: pictures and JSON in %s%n",
                written.size(), written.size() == 1 ? "" : "s", out),
        () -> JsonLines.strings(written.stream().map(Path::toString).toList()));
  }
}

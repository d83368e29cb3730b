package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.Provenance;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EngineSettings;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalFiles;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.EvalText;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.EvaluationReport;
import org.maskwright.trainer.run.Evaluator;
import org.maskwright.trainer.run.SharedCores;
import org.maskwright.trainer.source.TrainingData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright eval}: a model on a data set, by the official rules. */
@Command(
    name = "eval",
    description = {
      "Evaluate a model on data.val, for every kind of result in eval.tasks, by the official rules.",
      "The configuration is that of the checkpoint's run, or of --config."
    })
final class EvalCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "MODEL",
      description = "A model folder, such as a run's checkpoints/best.")
  private Path model;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration with data.val and eval (default: the run's config.conf).")
  private Path config;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Write results in the official format of each kind, such as instances.json, panoptic.json and panoptic/*.png, semantic/*.png; "
              + " evaluation.json, KIND-confusion.csv, and report.html, which shows all of it.")
  private Path out;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Evaluate at most N images; 0 = all.")
  private int limit;

  @Option(
      names = "--by-position",
      description =
          "Take the data set's classes for the model's in their order, whatever names model.conf has.")
  private boolean byPosition;

  @Option(
      names = "--threshold",
      paramLabel = "SCORE",
      description =
          "Score from which an instance counts in the confusion matrix and in what became of the objects (default: that of the best F1 of its"
              + " class).")
  private Optional<Double> threshold = Optional.empty();

  @Option(
      names = "--save-thresholds",
      description =
          "Keep the score thresholds of the best F1 in the model folder (thresholds.conf), for predict --threshold best.")
  private boolean saveThresholds;

  @Mixin private ExperimentMixin experiment;
  @Mixin private TileMixin tiles;
  @Mixin private EngineMixin engine;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OptionRange.atLeast(spec, "--limit", 0, limit);
    threshold.ifPresent(score -> OptionRange.score(spec, "--threshold", score));
    Optional<OutputFolder> results = Optional.ofNullable(out).map(OutputFolder::open);
    RunSettings settings = settings();
    requireScores(settings.eval());
    Dataset data = TrainingData.open(settings, settings.data().val(), settings.task());
    EvalReport report;
    try (Console console = Terminal.console(spec);
        Engine e = EngineSettings.open(settings.engine().options(settings.seed()));
        SegmentationModel loaded = ModelFolder.open(e, model)) {
      console.line("engine: " + e.description());
      SharedCores.notice(settings.engine().threads()).ifPresent(console::line);
      requireSameClasses(loaded.classSpace(), data);
      Evaluator evaluator =
          new Evaluator(
              loaded,
              ModelFolder.describe(model).normalization(),
              settings,
              data,
              threshold,
              console);
      report =
          results.isPresent()
              ? written(evaluator, results.get(), page(settings, data, e, evaluator))
              : evaluator.run(limit, Optional.empty(), Optional.empty());
    }
    print(report);
    save(report, data);
    return ExitCode.OK.code();
  }

  /** Whether a model told its classes' names: an imported one may have nothing but numbers. */
  private static boolean isNamed(ClassSpace classes) {
    return !names(classes).equals(names(ClassSpace.ofSize(classes.size())));
  }

  private static List<String> names(ClassSpace classes) {
    return classes.classes().stream().map(ClassSpace.Entry::name).toList();
  }

  private void requireSameClasses(ClassSpace classes, Dataset data) {
    List<String> expected = names(classes);
    List<String> got = data.categories().names();
    if (expected.size() != got.size()) {
      throw new ConfigException(
          "data.val: expected the model's "
              + expected.size()
              + " classes, "
              + data.name()
              + " has "
              + got.size());
    }
    if (byPosition || !isNamed(classes)) {
      return;
    }
    for (int i = 0; i < got.size(); i++) {
      if (!expected.get(i).strip().equalsIgnoreCase(got.get(i).strip())) {
        throw new ConfigException(
            "data.val: expected the model's classes in the order of its logits; class %d is \"%s\" in %s and \"%s\" in %s. If they are the same classes in the same order under other names, go on with --by-position, or change the names in model.conf (and its line in SHA256SUMS)"
                .formatted(
                    i,
                    expected.get(i),
                    model.resolve(ModelFolder.SETTINGS),
                    got.get(i),
                    data.name()));
      }
    }
  }

  private Function<EvalReport, String> page(
      RunSettings settings, Dataset data, Engine e, Evaluator evaluator) {
    Provenance provenance =
        Provenance.current(
            settings.seed(),
            e.backendName(),
            e.device().toString(),
            spec.commandLine().getParseResult().originalArgs(),
            Map.of("val", TrainingData.fingerprint(data)));
    return report ->
        ReportPage.html(EvaluationReport.of(model, settings, data, report, evaluator, provenance));
  }

  /** Before an evaluation that may take long. */
  private void requireScores(EvalSettings eval) {
    if (saveThresholds && eval.kinds().stream().noneMatch(ResultKind::hasScores)) {
      throw new ConfigException(
          "eval.tasks: expected "
              + scored()
              + " among them for --save-thresholds, the kinds of result with scores of their own, got "
              + eval.tasks());
    }
  }

  private static String scored() {
    return ResultKinds.all().stream()
        .filter(ResultKind::hasScores)
        .map(ResultKind::name)
        .collect(Collectors.joining(" or "));
  }

  private void save(EvalReport report, Dataset data) {
    if (!saveThresholds) {
      return;
    }
    Map<String, ScoreThresholds> found = report.bestThresholds();
    PrintWriter err = spec.commandLine().getErr();
    if (found.isEmpty()) {
      err.println("warning: nothing right was found, so there is no threshold to keep");
      return;
    }
    ModelFolder.writeThresholds(model, found, data.categories().names());
    err.println("thresholds: " + model.resolve(ModelFolder.THRESHOLDS));
  }

  private EvalReport written(
      Evaluator evaluator, OutputFolder folder, Function<EvalReport, String> page)
      throws IOException {
    Path sheet = folder.path().resolve(".samples.png"); // hidden until all is there
    try (ResultFiles files = ResultFiles.in(folder)) {
      EvalReport report = evaluator.run(limit, Optional.of(files), Optional.of(sheet));
      files.finish();
      EvalFiles.of(report).forEach(folder::write);
      folder.write(ReportPage.NAME, page.apply(report));
      if (Files.exists(sheet)) {
        folder.publish(sheet, "samples.png");
      }
      return report;
    } catch (IOException e) {
      throw OutputFile.failure(folder.path(), e);
    } finally {
      Files.deleteIfExists(sheet);
    }
  }

  private RunSettings settings() {
    Path file =
        Optional.ofNullable(config)
            .or(() -> RunFolder.configOf(model))
            .orElseThrow(
                () ->
                    new ConfigException(
                        model
                            + ": not a checkpoint inside a run folder with config.conf; give the data and eval settings with --config FILE"));
    List<String> options = new ArrayList<>(engine.overrides());
    options.addAll(tiles.overrides());
    return config == null
        ? RunFolder.settings(file, experiment.overridesOfRun(options))
        : experiment.load(file, options).bind(RunSettings.class);
  }

  private void print(EvalReport report) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () -> EvalText.lines(report).forEach(writer::println),
        () -> EvalFiles.json(report));
  }
}

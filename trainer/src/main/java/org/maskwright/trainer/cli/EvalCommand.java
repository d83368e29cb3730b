package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalFiles;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.eval.EvalText;
import org.maskwright.trainer.output.OutputFolder;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.GroupMember;
import org.maskwright.trainer.run.ModelEvaluation;
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
      "Evaluate a model on data.val, or on each of data.evaluations, for every kind of result in eval.tasks, by the official rules.",
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
              + " evaluation.json, KIND-confusion.csv, and report.html, which shows all of it; of several data sets each in a folder of its name.")
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
  @Mixin private ProcessesMixin processes;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    OptionRange.atLeast(spec, "--limit", 0, limit);
    threshold.ifPresent(score -> OptionRange.score(spec, "--threshold", score));
    List<Rendezvous> places = processes.places();
    Optional<OutputFolder> results = Optional.ofNullable(out).map(OutputFolder::open);
    RunSettings settings = settings();
    Optional<EvalReports> report;
    try (Console console = Terminal.console(spec)) {
      ModelEvaluation evaluation =
          new ModelEvaluation(
              model,
              settings,
              new ModelEvaluation.Wishes(limit, byPosition, threshold),
              console,
              spec.commandLine().getParseResult().originalArgs());
      if (saveThresholds) {
        evaluation.requireThresholds();
      }
      if (places.size() > 1) {
        return processes.launch(places, processes.words());
      }
      report =
          GroupMember.run(
              places.get(0),
              settings.train().processes().patience(),
              group -> evaluation.run(group, results));
      report.ifPresent(r -> tell(evaluation, r));
    }
    return ExitCode.OK.code();
  }

  private void tell(ModelEvaluation evaluation, EvalReports report) {
    print(report);
    if (saveThresholds) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          evaluation
              .keepThresholds(report)
              .map(file -> "thresholds: " + file)
              .orElse("warning: nothing right was found, so there is no threshold to keep"));
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
        ? RunFolder.settings(
            file, experiment.overridesOfRun(options), spec.commandLine().getErr()::println)
        : experiment.load(file, options).bind(RunSettings.class);
  }

  private void print(EvalReports report) {
    PrintWriter writer = spec.commandLine().getOut();
    json.report(
        writer,
        () -> EvalText.lines(report).forEach(writer::println),
        () -> EvalFiles.json(report));
  }
}

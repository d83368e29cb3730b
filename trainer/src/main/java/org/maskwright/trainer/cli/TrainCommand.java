package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.launch.LocalProcesses;
import org.maskwright.trainer.plan.Planner;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.report.ShellWord;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.RunSummary;
import org.maskwright.trainer.run.TrainingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright train}: trains as a configuration file says. */
@Command(
    name = "train",
    description = {
      "Train as a configuration file says, or on a folder of images with settings that rules choose; or continue an interrupted run with --resume.",
      "Ctrl-C finishes the step, writes a checkpoint and ends with code 130."
    })
final class TrainCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|DIR",
      description =
          "A configuration file; or a folder of images with masks, whose settings are written to plan.conf in the run's folder, to edit and run again.")
  private Path file;

  @Mixin private FolderMixin folder;
  @Mixin private RunMixin runs;
  @Mixin private ExperimentMixin experiment;
  @Mixin private EngineMixin engine;
  @Mixin private ProcessesMixin processes;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if ((file == null) == (runs.resume() == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected a configuration FILE or --resume DIR");
    }
    if (runs.resume() != null
        && (!experiment.isEmpty() || runs.dir() != null || !engine.overrides().isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume continues a run as it was configured: leave out --model, --set, --run-dir, --backend, --device and --threads");
    }
    boolean ofFolder = file != null && Files.isDirectory(file);
    if (!ofFolder) {
      folder.requireUnused();
    } else if (folder.dryRun()) {
      RunMixin.print(plan(), spec.commandLine().getOut());
      return ExitCode.OK.code();
    }
    List<Rendezvous> places = processes.places();
    return places.size() > 1 ? launch(places) : train(places.get(0));
  }

  /** In this process. */
  private int train(Rendezvous place) throws IOException {
    if (place.size() > 1 && file != null && Files.isDirectory(file)) {
      throw new ParameterException(
          spec.commandLine(),
          "a folder of images is planned by one process: write its settings with --dry-run >"
              + " FILE.conf and train FILE.conf, or use --processes");
    }
    List<String> command = spec.commandLine().getParseResult().originalArgs();
    RunSummary summary;
    try (Interruption interruption = new Interruption();
        Console console = Terminal.console(spec)) {
      BooleanSupplier stop = () -> interruption.requested() || LocalProcesses.launcherIsGone();
      summary =
          runs.resume() != null
              ? TrainingRun.resume(runs.resume(), console, command, stop, place)
              : start(console, command, stop, place);
      if (place.isFirst()) {
        report(summary);
      }
    }
    return summary.interrupted() ? Interruption.CODE : ExitCode.OK.code();
  }

  /** In processes of their own, with this command's words. */
  private int launch(List<Rendezvous> places) {
    List<String> words = new ArrayList<>();
    if (file != null && Files.isDirectory(file)) {
      Path run = runFolder();
      try (Console console = Terminal.console(spec)) {
        planned(run, console);
      }
      words.addAll(
          List.of("train", run.resolve(RunMixin.PLAN).toString(), "--run-dir", run.toString()));
      spec.commandLine().getParseResult().originalArgs().stream()
          .filter(word -> word.matches("-v|--verbose|--json(=.*)?"))
          .forEach(words::add);
    } else {
      words.addAll(processes.words());
      if (runs.resume() == null && runs.dir() == null) {
        words.addAll(List.of("--run-dir", runFolder().toString()));
      }
    }
    return processes.launch(places, words);
  }

  private Path runFolder() {
    return runs.folder(experiment.name(file));
  }

  private RunSummary start(
      Console console, List<String> command, BooleanSupplier stop, Rendezvous place)
      throws IOException {
    Path run = runFolder();
    ConfigFile config;
    if (Files.isDirectory(file)) {
      config = planned(run, console);
    } else {
      config = experiment.load(file, engine.overrides());
      experiment.recipe(config).ifPresent(console::line);
    }
    return TrainingRun.start(run, config, console, command, stop, place);
  }

  private ConfigFile planned(Path folder, Console console) {
    return RunMixin.planned(folder, file, console, this::plan);
  }

  private Planner.Planned plan() {
    return folder.plan(file, experiment.overridesOfFolder(engine.overrides()));
  }

  private void report(RunSummary s) {
    json.report(spec.commandLine().getOut(), () -> print(s), s::toJson);
  }

  private void print(RunSummary s) {
    if (s.interrupted()) {
      RunMixin.printInterrupted(s, spec);
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    String program = ShellWord.of(Path.of(spec.root().name()));
    out.printf(
        Locale.ROOT,
        "%ntrained %d steps in %.0f s, %.1f images/s%n%n",
        s.step(),
        s.seconds(),
        s.imagesPerSecond());
    out.printf("%-22s %10s %10s%n", "metric", "best", "last");
    s.last()
        .ifPresent(
            last ->
                last.metrics()
                    .forEach(
                        (name, value) ->
                            out.printf(
                                "%-22s %10s %10s%n",
                                name,
                                s.best().map(b -> Metric.text(b.metrics().get(name))).orElse("-"),
                                Metric.text(value))));
    s.best()
        .ifPresent(
            b -> out.printf("%nbest: checkpoint of step %d, by %s%n", b.step(), s.decidedBy()));
    String best = ShellWord.of(s.folder().resolve("checkpoints/best"));
    out.printf("%nnext:%n  report     %s%n", s.folder().resolve(ReportPage.NAME));
    out.printf("  pictures   %s%n", s.folder().resolve("samples"));
    out.printf("  evaluate   %s eval %s%n", program, best);
    out.printf("  predict    %s predict %s IMAGE --out out/%n", program, best);
    out.printf(
        "  curves     %s, or tensorboard --logdir %s%n",
        s.folder().resolve("loss.png"), ShellWord.of(s.folder().resolve("tensorboard")));
  }
}

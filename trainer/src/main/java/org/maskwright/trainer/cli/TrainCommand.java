package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.checkpoint.RunFolder;
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
import picocli.CommandLine.Option;
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
  private static final String PLAN = "plan.conf";

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|DIR",
      description =
          "A configuration file; or a folder of images with masks, whose settings are written to plan.conf in the run's folder, to edit and run again.")
  private Path file;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Folder of the run (default: runs/<name>-<time>).")
  private Path runDir;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Continue the run of this folder after its latest checkpoint.")
  private Path resume;

  @Mixin private FolderMixin folder;
  @Mixin private ExperimentMixin experiment;
  @Mixin private EngineMixin engine;
  @Mixin private ProcessesMixin processes;
  @Mixin private JsonOption json;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if ((file == null) == (resume == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected a configuration FILE or --resume DIR");
    }
    if (resume != null
        && (!experiment.isEmpty() || runDir != null || !engine.overrides().isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume continues a run as it was configured: leave out --model, --set, --run-dir, --backend, --device and --threads");
    }
    boolean ofFolder = file != null && Files.isDirectory(file);
    if (!ofFolder) {
      folder.requireUnused();
    } else if (folder.dryRun()) {
      Planner.Planned planned = plan();
      PrintWriter out = spec.commandLine().getOut();
      out.println(planned.plan().toConf());
      planned.estimates().forEach(line -> out.println("# " + line));
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
          resume != null
              ? TrainingRun.resume(resume, console, command, stop, place)
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
      words.addAll(List.of("train", run.resolve(PLAN).toString(), "--run-dir", run.toString()));
      spec.commandLine().getParseResult().originalArgs().stream()
          .filter(word -> word.matches("-v|--verbose|--json(=.*)?"))
          .forEach(words::add);
    } else {
      words.addAll(processes.words());
      if (resume == null && runDir == null) {
        words.addAll(List.of("--run-dir", runFolder().toString()));
      }
    }
    return processes.launch(places, words);
  }

  private Path runFolder() {
    return runDir != null ? runDir : Path.of("runs", experiment.name(file) + "-" + now());
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

  /** Looks at the folder, writes the plan into the run's folder, and reads it from there. */
  private ConfigFile planned(Path run, Console console) {
    RunFolder.requireNew(run);
    console.line("looking at %s, and at what a step takes here ...", file);
    Planner.Planned planned = plan();
    Path plan = run.resolve(PLAN);
    OutputFile.createFolder(run);
    OutputFile.write(plan, planned.plan().toConf());
    console.line("plan:   %s", plan);
    planned.estimates().forEach(console::line);
    return ConfigFile.load(plan, List.of());
  }

  private Planner.Planned plan() {
    return folder.plan(file, experiment.overridesOfFolder(engine.overrides()));
  }

  private static String now() {
    return LocalDateTime.now(java.time.ZoneId.systemDefault())
        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
  }

  private void report(RunSummary s) {
    json.report(spec.commandLine().getOut(), () -> print(s), s::toJson);
  }

  private void print(RunSummary s) {
    PrintWriter out = spec.commandLine().getOut();
    String program = ShellWord.of(Path.of(spec.root().name()));
    if (s.interrupted()) {
      out.printf(
          "interrupted after step %d; continue with: %s train --resume %s%n",
          s.step(), program, ShellWord.of(s.folder()));
      return;
    }
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

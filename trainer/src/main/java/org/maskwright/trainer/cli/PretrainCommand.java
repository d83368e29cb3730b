package org.maskwright.trainer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.launch.LocalProcesses;
import org.maskwright.trainer.plan.Planner;
import org.maskwright.trainer.plan.PretrainPlanner;
import org.maskwright.trainer.plan.PretrainWishes;
import org.maskwright.trainer.probe.FrozenBackbone;
import org.maskwright.trainer.report.ReportPage;
import org.maskwright.trainer.report.ShellWord;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.PretrainedBackbone;
import org.maskwright.trainer.run.RunSummary;
import org.maskwright.trainer.run.TrainingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code maskwright pretrain}: trains a backbone before there are masks. */
@Command(
    name = "pretrain",
    description = {
      "Train a backbone before there are masks: on a folder of pictures with settings that rules choose, or as a configuration file says; or continue with --resume.",
      "An ordinary run (see train), which also writes the folder backbone, from which others start by init.backbone (docs/pretraining.md)."
    })
final class PretrainCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "FILE|DIR",
      description =
          "A configuration file; or a folder of pictures, with a folder for each class or a list classes.csv where classes are learnt, or captions.csv where captions are.")
  private Path file;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "What is learnt, needed with a folder; a wrong name is answered with all of them.")
  private String task;

  @Option(
      names = "--init",
      paramLabel = "WEIGHTS",
      description =
          "Start from a backbone: a run, a checkpoint, a folder of a backbone or a file that import knows. What that one started from is recorded too.")
  private Path init;

  @Option(
      names = "--train-only",
      paramLabel = "NAME",
      description =
          "norm: of the backbone only the scales and shifts of its normalisations learn; all (default).")
  private String trainOnly;

  @Option(
      names = "--pixels",
      paramLabel = "NAME",
      description =
          "What pixels are normalised with: data = mean and deviation of these pictures, weights = as of --init (default: weights with --init, else data).")
  private String pixels;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "Of a folder: time for all of it (default: 15).")
  private Double minutes;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Of a folder: steps, in place of a time.")
  private Integer steps;

  @Option(
      names = "--dry-run",
      description = "Of a folder: print the settings and what they would take; train nothing.")
  private boolean dryRun;

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
          spec.commandLine(), "expected a configuration FILE, a folder DIR or --resume DIR");
    }
    boolean ofFolder = file != null && Files.isDirectory(file);
    requireOptions(ofFolder);
    if (dryRun) {
      RunMixin.print(plan(), spec.commandLine().getOut());
      return ExitCode.OK.code();
    }
    List<Rendezvous> places = processes.places();
    if (places.size() > 1) {
      return launch(places, ofFolder);
    }
    if (places.get(0).size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "a process of several takes train FILE, and its checkpoints/best is what init.backbone takes; or use --processes");
    }
    return train(places.get(0), ofFolder);
  }

  private void requireOptions(boolean ofFolder) {
    if (ofFolder && task == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--task: expected one of %s for a folder of pictures".formatted(PretrainPlanner.tasks()));
    }
    oneOf("--train-only", trainOnly, List.of("all", "norm"));
    oneOf("--pixels", pixels, List.of("data", "weights"));
    if (!ofFolder) {
      OptionWish.none(
          spec,
          List.of("--pixels", "--minutes", "--steps", "--dry-run"),
          runs.resume() == null ? "a configuration file, which says it itself" : "--resume");
    }
    if (runs.resume() != null) {
      OptionWish.none(
          spec,
          List.of(
              "--task",
              "--init",
              "--train-only",
              "--run-dir",
              "--set",
              "--model",
              "--backend",
              "--device",
              "--threads"),
          "--resume, which continues a run as it was configured");
    }
    if ("weights".equals(pixels) && init == null) {
      throw new ParameterException(spec.commandLine(), "--pixels weights: expected --init");
    }
  }

  private void oneOf(String option, String given, List<String> names) {
    if (given != null && !names.contains(given)) {
      throw new ParameterException(
          spec.commandLine(), "%s: expected one of %s, got %s".formatted(option, names, given));
    }
  }

  private Planner.Planned plan() {
    PretrainWishes wishes =
        OptionWish.of(
            spec,
            () ->
                new PretrainWishes(
                    task,
                    Optional.ofNullable(minutes),
                    Optional.ofNullable(steps),
                    Optional.ofNullable(init).map(FrozenBackbone::weightsOf),
                    "norm".equals(trainOnly),
                    pixels == null ? init == null : pixels.equals("data"),
                    experiment.overridesOfFolder(engine.overrides())));
    return PretrainPlanner.plan(file, wishes);
  }

  /** Of a configuration file: what options say beside --set. */
  private List<String> overrides() {
    List<String> out = new ArrayList<>(engine.overrides());
    if (task != null) {
      out.add("train.task.type=" + task);
    }
    if (init != null) {
      Path weights = FrozenBackbone.weightsOf(init).toAbsolutePath();
      out.add("init.backbone=\"" + weights + '"');
    }
    if (trainOnly != null) {
      out.add("init.train-only=" + trainOnly);
    }
    return out;
  }

  private Path runFolder() {
    String name = task == null ? experiment.name(file) : task + "-" + experiment.name(file);
    return runs.folder(name);
  }

  private int train(Rendezvous place, boolean ofFolder) throws IOException {
    List<String> command = spec.commandLine().getParseResult().originalArgs();
    RunSummary summary;
    try (Interruption interruption = new Interruption();
        Console console = Terminal.console(spec)) {
      BooleanSupplier stop = () -> interruption.requested() || LocalProcesses.launcherIsGone();
      if (runs.resume() != null) {
        summary = TrainingRun.resume(runs.resume(), console, command, stop, place);
      } else {
        Path run = runFolder();
        ConfigFile config = ofFolder ? planned(run, console) : experiment.load(file, overrides());
        summary = TrainingRun.start(run, config, console, command, stop, place);
      }
    }
    if (summary.interrupted()) {
      json.report(
          spec.commandLine().getOut(),
          () -> RunMixin.printInterrupted(summary, spec),
          summary::toJson);
      return Interruption.CODE;
    }
    Path backbone = PretrainedBackbone.write(summary.folder());
    json.report(spec.commandLine().getOut(), () -> print(summary, backbone), summary::toJson);
    return ExitCode.OK.code();
  }

  private ConfigFile planned(Path folder, Console console) {
    return RunMixin.planned(folder, file, console, this::plan);
  }

  /** In processes of their own, each a train command of the same configuration. */
  private int launch(List<Rendezvous> places, boolean ofFolder) {
    List<String> words = new ArrayList<>(List.of("train"));
    Path run = runs.resume() != null ? runs.resume() : runFolder();
    if (runs.resume() != null) {
      words.addAll(List.of("--resume", runs.resume().toString()));
    } else {
      RunFolder.requireNew(run);
      OutputFile.createFolder(run);
      if (ofFolder) {
        try (Console console = Terminal.console(spec)) {
          planned(run, console);
        }
      } else {
        OutputFile.write(run.resolve(RunMixin.PLAN), experiment.load(file, overrides()).render());
      }
      words.addAll(List.of(run.resolve(RunMixin.PLAN).toString(), "--run-dir", run.toString()));
    }
    int code = processes.launch(places, words);
    if (code == ExitCode.OK.code()) {
      Path backbone = PretrainedBackbone.write(run);
      spec.commandLine().getOut().printf("backbone: %s%n", backbone);
    }
    return code;
  }

  private String program() {
    return ShellWord.of(Path.of(spec.root().name()));
  }

  private void print(RunSummary s, Path backbone) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%ntrained %d steps in %.0f s, %.1f pictures/s%n%n",
        s.step(),
        s.seconds(),
        s.imagesPerSecond());
    s.best()
        .ifPresent(
            best -> {
              out.printf("best: checkpoint of step %d, by %s%n", best.step(), s.decidedBy());
              best.metrics()
                  .forEach((name, value) -> out.printf("  %-24s %10s%n", name, Metric.text(value)));
            });
    String from = ShellWord.of(backbone);
    out.printf("%nbackbone: %s%n%nnext:%n", backbone);
    out.printf("  train      %s train DIR --set init.backbone=%s%n", program(), from);
    out.printf("  probe      %s probe rotation %s DIR%n", program(), from);
    out.printf("  pretrain   %s pretrain DIR --task TASK --init %s%n", program(), from);
    out.printf("  report     %s%n", s.folder().resolve(ReportPage.NAME));
    out.printf("  pictures   %s%n", s.folder().resolve("samples"));
  }
}

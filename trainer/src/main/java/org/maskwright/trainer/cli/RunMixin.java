package org.maskwright.trainer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.checkpoint.RunFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.plan.Planner;
import org.maskwright.trainer.report.ShellWord;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.RunSummary;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where a run is, and its plan, of the commands that train. */
final class RunMixin {
  static final String PLAN = "plan.conf";

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Folder of the run (default: runs/<name>-<time>).")
  private Path dir;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Continue the run of this folder after its latest checkpoint.")
  private Path resume;

  /** As asked for; null if it is not. */
  Path dir() {
    return dir;
  }

  /** The run to continue; null if it is a new one. */
  Path resume() {
    return resume;
  }

  /** As asked for, or a new one of a name and the time. */
  Path folder(String name) {
    String now =
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
    return dir != null ? dir : Path.of("runs", name + "-" + now);
  }

  /** Looks at a folder of pictures, writes the plan into the run's folder, reads it from there. */
  static ConfigFile planned(
      Path run, Path pictures, Console console, Supplier<Planner.Planned> planner) {
    RunFolder.requireNew(run);
    console.line("looking at %s, and at what a step takes here ...", pictures);
    Planner.Planned planned = planner.get();
    Path plan = run.resolve(PLAN);
    OutputFile.createFolder(run);
    OutputFile.write(plan, planned.plan().toConf());
    console.line("plan:   %s", plan);
    planned.estimates().forEach(console::line);
    return ConfigFile.load(plan, List.of());
  }

  /** Prints a plan, for a dry run. */
  static void print(Planner.Planned planned, PrintWriter out) {
    out.println(planned.plan().toConf());
    planned.estimates().forEach(line -> out.println("# " + line));
  }

  /** Says how an interrupted run goes on. */
  static void printInterrupted(RunSummary summary, CommandSpec spec) {
    spec.commandLine()
        .getOut()
        .printf(
            "interrupted after step %d; continue with: %s %s --resume %s%n",
            summary.step(),
            ShellWord.of(Path.of(spec.root().name())),
            spec.name(),
            ShellWord.of(summary.folder()));
  }
}

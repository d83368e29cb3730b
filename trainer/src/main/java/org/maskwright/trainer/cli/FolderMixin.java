package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.trainer.plan.Planner;
import org.maskwright.trainer.plan.Wishes;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is asked for where a folder of images is trained on. */
final class FolderMixin {
  private static final List<String> OPTIONS =
      List.of("--task", "--minutes", "--steps", "--dry-run");

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "Of a folder: semantic, instance or panoptic (default: what the annotation serves).")
  private String task;

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

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Whether nothing is to be trained. */
  boolean dryRun() {
    return dryRun;
  }

  /**
   * @throws ParameterException if one of the options was given
   */
  void requireUnused() {
    for (String option : OPTIONS) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(),
            option + ": belongs to a folder of images; a configuration file says it itself");
      }
    }
  }

  /** The plan for a folder; overrides win over the rules. */
  Planner.Planned plan(Path folder, List<String> overrides) {
    Wishes wishes =
        OptionWish.of(
            spec,
            () ->
                new Wishes(
                    Optional.ofNullable(task).map(Task::ofKey),
                    Optional.ofNullable(minutes),
                    Optional.ofNullable(steps),
                    overrides));
    return Planner.plan(folder, wishes);
  }
}

package org.maskwright.trainer.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code maskwright data}: makes data sets and looks at them. */
@Command(
    name = "data",
    description = "Make data sets and look at them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ScenesCommand.class,
      MovingShapesCommand.class,
      WhichShapeCommand.class,
      NestedShapesCommand.class,
      CaptionShapesCommand.class,
      VocabularyCommand.class,
      DataCheckCommand.class,
      DataStatsCommand.class,
      DataViewCommand.class,
      DataConvertCommand.class,
      DataColorsCommand.class,
      DataPointsCommand.class,
      DataBoxesCommand.class,
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is missing: expected " + String.join(", ", spec.subcommands().keySet()));
  }
}

package org.maskwright.trainer.cli;

import java.util.List;
import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The terminal that standard error is, if it is one; the launcher knows and says so, Java before 22
 * cannot tell for sure.
 */
final class Terminal {
  private Terminal() {}

  /** Tells what a user should know of a result that stands. */
  static void warn(CommandSpec spec, List<String> warnings) {
    warnings.forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
  }

  /** What a command tells on its standard error, with a bar where that is a terminal. */
  static Console console(CommandSpec spec) {
    return new Console(
        spec.commandLine().getErr(), Integer.getInteger("maskwright.terminal.columns", 0));
  }
}

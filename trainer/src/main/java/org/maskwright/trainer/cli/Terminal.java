package org.maskwright.trainer.cli;

import org.maskwright.trainer.run.Console;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The terminal that standard error is, if it is one; the launcher knows and says so, Java before 22
 * cannot tell for sure.
 */
final class Terminal {
  private Terminal() {}

  /** What a command tells on its standard error, with a bar where that is a terminal. */
  static Console console(CommandSpec spec) {
    return new Console(
        spec.commandLine().getErr(), Integer.getInteger("maskwright.terminal.columns", 0));
  }
}

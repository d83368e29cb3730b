package org.maskwright.trainer.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses numbers of options that are out of range. */
final class OptionRange {
  private OptionRange() {}

  /**
   * @throws ParameterException if the value is smaller
   */
  static void atLeast(CommandSpec spec, String option, long least, long value) {
    if (value < least) {
      throw new ParameterException(
          spec.commandLine(), option + ": expected at least " + least + ", got " + value);
    }
  }
}

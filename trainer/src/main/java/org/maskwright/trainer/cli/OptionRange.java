package org.maskwright.trainer.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses numbers of options that are out of range. */
final class OptionRange {
  private OptionRange() {}

  /**
   * @throws ParameterException if the value is smaller or larger
   */
  static void between(CommandSpec spec, String option, long least, long most, long value) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + ": expected " + least + " to " + most + ", got " + value);
    }
  }

  /**
   * @throws ParameterException if the value is smaller
   */
  static void atLeast(CommandSpec spec, String option, long least, long value) {
    if (value < least) {
      throw new ParameterException(
          spec.commandLine(), option + ": expected at least " + least + ", got " + value);
    }
  }

  /**
   * @throws ParameterException if the value is no score
   */
  static void score(CommandSpec spec, String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ParameterException(
          spec.commandLine(), option + ": expected a score in [0,1], got " + value);
    }
  }
}

package org.maskwright.trainer.cli;

import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses what is asked for by options and cannot be. */
final class OptionWish {
  private OptionWish() {}

  /**
   * What options ask for, whose refusal begins with the name of one.
   *
   * @param wish throws {@link IllegalArgumentException} with a message such as {@code "box: ..."}
   * @throws ParameterException with that message, behind {@code --}
   */
  static <T> T of(CommandSpec spec, Supplier<T> wish) {
    try {
      return wish.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
    }
  }

  /**
   * Checks that none of some options is given.
   *
   * @param beside what they do not go with
   * @throws ParameterException naming the first that is
   */
  static void none(CommandSpec spec, List<String> options, String beside) {
    for (String name : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(name)) {
        throw new ParameterException(
            spec.commandLine(), name + ": not with " + beside + "; leave it out");
      }
    }
  }
}

package org.maskwright.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The {@code --out} of commands that make a folder: nothing of the user's is overwritten. */
final class OutputFolder {
  private OutputFolder() {}

  /**
   * Checks before the work starts.
   *
   * @throws ParameterException if the folder holds something already, or is a file
   */
  static void check(CommandSpec spec, Path out) {
    if (!Files.exists(out)) {
      return;
    }
    try (Stream<Path> files = Files.list(out)) {
      if (files.findAny().isPresent()) {
        throw new ParameterException(
            spec.commandLine(), "--out: expected a missing or empty folder, " + out + " has files");
      }
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "--out: expected a folder, got " + out + ": " + e, e);
    }
  }
}

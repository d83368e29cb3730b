package org.maskwright.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** What is looked at before a file is opened to read it. */
public final class InputFile {
  private InputFile() {}

  /**
   * Why a path must not be opened: a named pipe or a device makes the reader wait, perhaps for
   * ever. Empty for a regular file, and for what is not there, of which opening says more.
   */
  public static Optional<String> problem(Path file) {
    return !Files.exists(file) || Files.isRegularFile(file)
        ? Optional.empty()
        : Optional.of(
            Files.isDirectory(file)
                ? "is a folder, expected a file"
                : "is a pipe or a device, expected a regular file; copy its content to one");
  }

  /**
   * Refuses what {@link #problem} finds.
   *
   * @param error what is thrown for it
   */
  public static void require(Path file, Function<String, ? extends RuntimeException> error) {
    Optional<String> problem = problem(file);
    if (problem.isPresent()) {
      throw error.apply(problem.get());
    }
  }
}

package org.maskwright.trainer.cli;

import java.nio.file.Path;

/** What a user types to start the program, for messages that say what to do next. */
final class Program {
  private Program() {}

  /** The launcher tells in {@code maskwright.home} where it lies. */
  static String name() {
    String home = System.getProperty("maskwright.home");
    return name(home == null ? null : Path.of(home), Path.of("").toAbsolutePath());
  }

  static String name(Path home, Path here) {
    if (home == null) {
      return "maskwright";
    }
    return home.equals(here) ? "./maskwright" : home.resolve("maskwright").toString();
  }
}

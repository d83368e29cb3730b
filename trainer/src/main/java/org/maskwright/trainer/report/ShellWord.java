package org.maskwright.trainer.report;

import java.nio.file.Path;

/** Paths in command lines that people copy. */
public final class ShellWord {
  private ShellWord() {}

  /** A path as one word of a shell. */
  public static String of(Path path) {
    String text = path.toString();
    return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}

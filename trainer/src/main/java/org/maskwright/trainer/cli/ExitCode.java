package org.maskwright.trainer.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the process ends with, for scripts to act on: listed in {@code --help} and in
 * docs/errors.md, both from here. Which error ends with which code is {@link ErrorTable}'s.
 */
enum ExitCode {
  OK(0, "success", ""),
  INTERNAL(
      1,
      "internal error: a fault of Maskwright's",
      "Run it again with -v and report the stack trace."),
  USAGE(2, "wrong usage of the command line", "The message names the option; see COMMAND --help."),
  CONFIG(
      3,
      "configuration: unknown key, wrong type or value, or an engine that cannot run here",
      "Correct the lines that are named, all at once; config check finds them without a run."),
  DATA(
      4,
      "data: a file is missing, broken or inconsistent",
      "Mend or remove the file that is named; data check lists all of them."),
  DIVERGED(
      5,
      "training diverged: a loss or a gradient is not finite",
      "Lower the learning rate or warm up longer, and resume from the checkpoint that is named."),
  CHECKPOINT(
      6,
      "checkpoint: broken, changed, not finite, or of another architecture",
      "Use an older checkpoint; train --resume goes back to the newest whole one by itself."),
  OUTPUT(
      7,
      "output: a file or folder cannot be written",
      "Free some space, or name a folder that can be written; what was there is unharmed."),
  MEMORY(
      8,
      "out of memory",
      "Make the work smaller as the message says; give the Java heap more with MASKWRIGHT_OPTS=-Xmx8g."),
  MACHINE(
      9,
      "this machine: a check of doctor failed",
      "Do what doctor says below the check; put its output into a report of wrong results."),
  PEER(
      10,
      "another process of the training ended without a reason, or did not answer",
      "See what that process wrote last, and its exit code; go on with train --resume."),
  INTERRUPTED(
      130, "interrupted; a training run wrote a checkpoint first", "Go on with train --resume.");

  private final int code;
  private final String meaning;
  private final String advice;

  ExitCode(int code, String meaning, String advice) {
    this.code = code;
    this.meaning = meaning;
    this.advice = advice;
  }

  int code() {
    return code;
  }

  String meaning() {
    return meaning;
  }

  /** What a user does about it, in one sentence. */
  String advice() {
    return advice;
  }

  /** Meanings by code, as picocli lists them. */
  static Map<String, String> list() {
    Map<String, String> out = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      out.put(String.valueOf(code.code), code.meaning);
    }
    return out;
  }
}

package org.maskwright.trainer.doctor;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/**
 * The lines in which a checking process tells what it does: words between tabs, the first one
 * {@value #MARK}. Native libraries may write other lines between.
 */
final class Report {
  private static final String MARK = "doctor:";

  /** What a line says. */
  enum Kind {
    /** A check begins: its name. */
    BEGINS,
    /** A part of the check begins: what it is. */
    NEXT,
    /** A check ended: its name, whether it was right, and a message. */
    ENDED,
    /** What the engine is: its description and the device it takes by itself. */
    ENGINE,
    /** The engine does not start: why. */
    REFUSED
  }

  /**
   * A line taken apart.
   *
   * @param kind what it says
   * @param words what follows
   */
  record Line(Kind kind, List<String> words) {}

  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  private void write(Kind kind, String... words) {
    StringBuilder line = new StringBuilder(MARK).append('\t').append(kind);
    for (String word : words) {
      line.append('\t').append(word.replaceAll("\\s+", " "));
    }
    out.println(line);
  }

  void begins(String check) {
    write(Kind.BEGINS, check);
  }

  void next(String part) {
    write(Kind.NEXT, part);
  }

  void ended(String check, Check.Outcome outcome) {
    write(Kind.ENDED, check, Boolean.toString(outcome.right()), outcome.message());
  }

  void engine(String description, String device) {
    write(Kind.ENGINE, description, device);
  }

  void refused(String why) {
    write(Kind.REFUSED, why);
  }

  /** The line taken apart, or empty for one that is not of a report. */
  static Optional<Line> parse(String line) {
    String[] words = line.split("\t", -1);
    if (words.length < 3 || !words[0].equals(MARK)) {
      return Optional.empty();
    }
    return Optional.of(new Line(Kind.valueOf(words[1]), List.of(words).subList(2, words.length)));
  }
}

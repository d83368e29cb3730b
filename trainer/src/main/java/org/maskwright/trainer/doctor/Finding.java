package org.maskwright.trainer.doctor;

/**
 * The result of one check.
 *
 * @param subject what was checked: {@code machine}, or an engine's name
 * @param check name of the check, lower case
 * @param verdict whether it is right
 * @param message what was found, one line
 * @param advice what to do; empty where there is nothing to do
 * @param seconds how long the check took
 */
public record Finding(
    String subject, String check, Verdict verdict, String message, String advice, double seconds) {
  /** How a check ended. */
  public enum Verdict {
    /** As it should be. */
    OK,
    /** Results are right; something costs time, or will trouble some users. */
    NOTE,
    /** Results are wrong, or nothing can be computed. */
    WRONG
  }

  static Finding ok(String subject, String check, String message) {
    return new Finding(subject, check, Verdict.OK, message, "", 0);
  }

  static Finding note(String subject, String check, String message, String advice) {
    return new Finding(subject, check, Verdict.NOTE, message, advice, 0);
  }

  static Finding wrong(String subject, String check, String message, String advice) {
    return new Finding(subject, check, Verdict.WRONG, message, advice, 0);
  }

  Finding after(double took) {
    return new Finding(subject, check, verdict, message, advice, took);
  }
}

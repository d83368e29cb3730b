package org.maskwright.trainer.cli;

import org.maskwright.trainer.run.PredictionWishes;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A score threshold: a number in [0,1], or {@code best} for those that an evaluation found.
 *
 * @param isBest whether {@code best} was given
 * @param score 0 where it was
 */
record ScoreOption(boolean isBest, double score) {
  private static final String BEST = "best";

  /**
   * Reads one.
   *
   * @throws ParameterException if it is neither
   */
  static ScoreOption of(CommandSpec spec, String option, String text) {
    if (text.equals(BEST)) {
      return new ScoreOption(true, 0);
    }
    try {
      double score = Double.parseDouble(text);
      if (score >= 0 && score <= 1) {
        return new ScoreOption(false, score);
      }
    } catch (NumberFormatException e) { // said below
    }
    throw new ParameterException(
        spec.commandLine(), option + ": expected a score in [0,1] or best, got " + text);
  }

  /** As what is asked of predictions. */
  PredictionWishes.Threshold wish() {
    return isBest ? PredictionWishes.Threshold.BEST : PredictionWishes.Threshold.of(score);
  }
}

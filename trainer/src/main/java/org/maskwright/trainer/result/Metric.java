package org.maskwright.trainer.result;

import java.util.Locale;

/**
 * What a kind of result is measured by.
 *
 * @param name without that of the kind, such as {@code PQ}
 * @param better which values are better
 * @param meaning in one sentence, for the documentation
 */
public record Metric(String name, Better better, String meaning) {
  /** Which of two values is the better one. */
  public enum Better {
    /** As of a quality. */
    LARGER,
    /** As of an error or a loss. */
    SMALLER;

    /** Whether a value is better than another; equal ones are not. */
    public boolean isBetter(double value, double than) {
      return switch (this) {
        case LARGER -> value > than;
        case SMALLER -> value < than;
      };
    }
  }

  /** A quality. */
  public static Metric quality(String name, String meaning) {
    return new Metric(name, Better.LARGER, meaning);
  }

  /** An error. */
  public static Metric error(String name, String meaning) {
    return new Metric(name, Better.SMALLER, meaning);
  }

  /** A value with two digits, as all that people read have it; of nothing measured, none. */
  public static String text(Double value) {
    return value == null || value.isNaN() ? "none" : String.format(Locale.ROOT, "%.2f", value);
  }
}

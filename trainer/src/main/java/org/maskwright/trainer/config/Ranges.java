package org.maskwright.trainer.config;

/** The check of one setting. */
final class Ranges {
  private Ranges() {}

  /**
   * Refuses a setting out of its range.
   *
   * @param name the setting's name, as the record's component
   * @throws IllegalArgumentException "name: expected E, got G"; {@link RecordBinder} adds where
   */
  static void require(boolean fits, String name, String expected, Object got) {
    if (!fits) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }

  /** Refuses what is no probability; see {@link #require}. */
  static void requireProbability(String name, double value) {
    require(value >= 0 && value <= 1, name, "a probability in [0,1]", value);
  }
}

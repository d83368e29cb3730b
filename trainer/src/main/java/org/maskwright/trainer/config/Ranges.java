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
}

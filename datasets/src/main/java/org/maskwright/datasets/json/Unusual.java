package org.maskwright.datasets.json;

/** What these bytes hold is not for a {@link JsonScanner} to judge. */
@SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace: a sign, not a fault
final class Unusual extends Exception {
  private static final long serialVersionUID = 1L;

  /** Wrong, or right and rare. */
  static final Unusual VALUE = new Unusual();

  /** The value goes on beyond the window, or the file ends. */
  static final Unusual WINDOW_ENDS = new Unusual();

  private Unusual() {
    super(null, null, false, false);
  }
}

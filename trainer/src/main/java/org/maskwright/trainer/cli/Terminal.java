package org.maskwright.trainer.cli;

/**
 * Whether standard error is a terminal; the launcher knows and says so, Java before 22 cannot tell
 * for sure.
 */
final class Terminal {
  private Terminal() {}

  static boolean isOne() {
    return Boolean.getBoolean("maskwright.terminal");
  }
}

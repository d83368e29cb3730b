package org.maskwright.trainer.doctor;

import java.util.Locale;

/** Sizes in words. */
final class Bytes {
  static final long GIB = 1L << 30;
  private static final double MIB = 1 << 20;

  private Bytes() {}

  static String text(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / MIB);
  }
}

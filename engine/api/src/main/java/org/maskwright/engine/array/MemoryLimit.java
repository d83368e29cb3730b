package org.maskwright.engine.array;

/**
 * How much of a device's memory a backend may take; the smaller of both counts.
 *
 * @param fraction share of all memory of the device, in (0,1]
 * @param mebibytes at most this much, in MiB; 0 = as the fraction says
 */
public record MemoryLimit(double fraction, long mebibytes) {
  /** All memory that the device has. */
  public static final MemoryLimit NONE = new MemoryLimit(1, 0);

  private static final long MIB = 1 << 20;
  private static final long MOST_MIB = Long.MAX_VALUE / MIB;

  /** Checks the ranges. */
  public MemoryLimit {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "engine.memory-fraction: expected a number above 0 and at most 1 (no limit), got "
              + fraction);
    }
    if (mebibytes < 0 || mebibytes > MOST_MIB) {
      throw new IllegalArgumentException(
          "engine.memory-limit: expected MiB, 0 (no limit) or above, got " + mebibytes);
    }
  }

  /** Whether it is {@link #NONE}. */
  public boolean isNone() {
    return equals(NONE);
  }

  /**
   * The limit as a share of a device's memory, in (0,1].
   *
   * @param total bytes that the device has, above 0
   */
  public double shareOf(long total) {
    return mebibytes == 0 ? fraction : Math.min(fraction, (double) (mebibytes * MIB) / total);
  }
}

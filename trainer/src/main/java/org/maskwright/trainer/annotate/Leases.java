package org.maskwright.trainer.annotate;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Which tab may change which picture: one at a time, and a tab one picture. A tab keeps its lease
 * while it asks for it again and again; one that was closed, or sleeps, loses it after {@link
 * #PATIENCE}.
 *
 * <p><b>Threads</b> any.
 */
final class Leases {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private record Lease(String tab, long untilNanos) {}

  private final Map<Integer, Lease> leases = new HashMap<>();
  private final LongSupplier nanos;

  /**
   * @param nanos the time, such as {@link System#nanoTime}
   */
  Leases(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Takes a picture, or keeps it, and gives back any other; false if another tab has it. */
  synchronized boolean take(int picture, String tab) {
    if (isOthers(picture, tab)) {
      return false;
    }
    seize(picture, tab);
    return true;
  }

  /** Takes a picture from whoever has it. */
  synchronized void seize(int picture, String tab) {
    release(tab);
    leases.put(picture, new Lease(tab, nanos.getAsLong() + PATIENCE.toNanos()));
  }

  /** Gives back what a tab has. */
  synchronized void release(String tab) {
    leases.values().removeIf(lease -> lease.tab.equals(tab));
  }

  /** Whether another tab has a picture. */
  synchronized boolean isOthers(int picture, String tab) {
    Lease lease = leases.get(picture);
    return lease != null && !lease.tab.equals(tab) && lease.untilNanos - nanos.getAsLong() > 0;
  }
}

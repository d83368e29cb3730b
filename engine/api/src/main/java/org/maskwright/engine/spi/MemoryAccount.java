package org.maskwright.engine.spi;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the live arrays of an engine and their bytes. Thread-safe. */
public final class MemoryAccount {
  private final AtomicLong liveArrays = new AtomicLong();
  private final AtomicLong liveBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();

  void allocated(long bytes) {
    liveArrays.incrementAndGet();
    long now = liveBytes.addAndGet(bytes);
    if (now > peakBytes.get()) {
      peakBytes.accumulateAndGet(now, Math::max);
    }
  }

  void freed(long bytes) {
    liveArrays.decrementAndGet();
    liveBytes.addAndGet(-bytes);
  }

  /** Arrays not yet freed, views included. */
  public long liveArrays() {
    return liveArrays.get();
  }

  /** Bytes of the arrays not yet freed; a view counts 0. */
  public long liveBytes() {
    return liveBytes.get();
  }

  /** Largest {@link #liveBytes()} since the start or the last {@link #resetPeak()}. */
  public long peakBytes() {
    return peakBytes.get();
  }

  /** Starts a new peak at the present number of bytes. */
  public void resetPeak() {
    peakBytes.set(liveBytes.get());
  }
}

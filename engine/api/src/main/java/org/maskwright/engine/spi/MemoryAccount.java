package org.maskwright.engine.spi;

import java.util.concurrent.atomic.AtomicLong;
import org.maskwright.engine.array.MemoryUse;

/** Counts the live arrays of a backend and their bytes: each is told of by its constructor. */
public final class MemoryAccount implements MemoryUse {
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

  @Override
  public long liveArrays() {
    return liveArrays.get();
  }

  @Override
  public long liveBytes() {
    return liveBytes.get();
  }

  @Override
  public long peakBytes() {
    return peakBytes.get();
  }

  @Override
  public void resetPeak() {
    peakBytes.set(liveBytes.get());
  }
}

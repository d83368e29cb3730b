package org.maskwright.engine.array;

/** What an engine's arrays take of its device's memory. Thread-safe. */
public interface MemoryUse {
  /** Arrays not yet freed, views included. */
  long liveArrays();

  /** Bytes of the arrays not yet freed; a view counts 0. */
  long liveBytes();

  /** Largest {@link #liveBytes()} since the start or the last {@link #resetPeak()}. */
  long peakBytes();

  /** Starts a new peak at the present number of bytes. */
  void resetPeak();
}

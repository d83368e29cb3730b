package org.maskwright.engine.tensor;

import java.util.Optional;

/**
 * Numbers of a tensor on their way to the host ({@link Tensor#readLater}). Whatever waits to be
 * read of an engine comes in one transfer when the first of it is asked for: a device waits for the
 * host once. On the CPU, where nothing has to wait, numbers are there at once.
 *
 * <p><b>Lifecycle</b> what waits has memory of its own, which reading or the engine's end frees.
 *
 * <p><b>Threads</b> those of its engine: one at a time.
 */
public final class HostRead {
  private final PendingReads queue;
  private Optional<float[]> values;

  HostRead(PendingReads queue, Optional<float[]> values) {
    this.queue = queue;
    this.values = values;
  }

  /** Whether the numbers are there, so that {@link #values} waits for nothing. */
  public boolean isRead() {
    return values.isPresent();
  }

  /** The elements in row-major order as floats, as they were when they were asked for. */
  public float[] values() {
    if (values.isEmpty()) {
      queue.bring();
    }
    return values.orElseThrow().clone();
  }

  void arrived(float[] numbers) {
    values = Optional.of(numbers);
  }
}

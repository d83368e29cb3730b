package org.maskwright.engine.spi;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A block of numbers that a backend owns. Counted references free it: the last {@link #release()}
 * frees the native memory at once; nothing waits for the garbage collector.
 *
 * <p>It carries neither shape nor dtype; {@link org.maskwright.engine.tensor.Tensor} does.
 */
public abstract class DeviceArray {
  private final AtomicInteger references = new AtomicInteger(1);
  private final MemoryAccount account;
  private final long bytes;

  /**
   * A new array with one reference, owned by the caller.
   *
   * @param account where it is counted
   * @param bytes bytes that this array alone keeps alive; 0 for a view of another array
   */
  protected DeviceArray(MemoryAccount account, long bytes) {
    this.account = account;
    this.bytes = bytes;
    account.allocated(bytes);
  }

  /** Adds a reference. */
  public final DeviceArray retain() {
    if (references.getAndIncrement() <= 0) {
      references.getAndDecrement();
      throw new IllegalStateException("array: retained after it was freed");
    }
    return this;
  }

  /** Drops a reference; the last one frees the memory. */
  public final void release() {
    int left = references.decrementAndGet();
    if (left == 0) {
      account.freed(bytes);
      free();
    } else if (left < 0) {
      throw new IllegalStateException("array: released more often than retained");
    }
  }

  /** Whether the memory was freed. */
  public final boolean isFreed() {
    return references.get() <= 0;
  }

  /** Frees the native memory; called once. */
  protected abstract void free();
}

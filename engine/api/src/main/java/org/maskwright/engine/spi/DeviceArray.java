package org.maskwright.engine.spi;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A block of numbers that a backend owns. Counted references free it: the last {@link #release()}
 * frees the native memory at once; nothing waits for the garbage collector.
 *
 * <p>It carries neither shape nor dtype; {@link org.maskwright.engine.tensor.Tensor} does.
 *
 * <p>A view has memory of another array, its base, which lives at least as long as the view.
 */
public abstract class DeviceArray {
  private final AtomicInteger references = new AtomicInteger(1);
  private final MemoryAccount account;
  private final long bytes;
  private final DeviceArray base;

  /**
   * A new array with one reference, owned by the caller.
   *
   * @param account where it is counted
   * @param bytes bytes of its memory
   */
  protected DeviceArray(MemoryAccount account, long bytes) {
    this(account, bytes, null);
  }

  /** A view of memory of {@code base}, or of what that is a view of; holds a reference to it. */
  protected DeviceArray(MemoryAccount account, DeviceArray base) {
    this(account, 0, base.base == null ? base : base.base);
    this.base.retain();
  }

  private DeviceArray(MemoryAccount account, long bytes, DeviceArray base) {
    this.account = account;
    this.bytes = bytes;
    this.base = base;
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
      if (base != null) {
        base.release();
      }
    } else if (left < 0) {
      throw new IllegalStateException("array: released more often than retained");
    }
  }

  /** Bytes of memory of its own: 0 of a view. */
  public final long ownBytes() {
    return bytes;
  }

  /** Whether the memory was freed. */
  public final boolean isFreed() {
    return references.get() <= 0;
  }

  /** Whether anything but the one holder of this array can reach its memory. */
  public final boolean isShared() {
    return references.get() > 1 || base != null && base.references.get() > 1;
  }

  /** Frees the native memory, or of a view what is its own; called once. */
  protected abstract void free();
}

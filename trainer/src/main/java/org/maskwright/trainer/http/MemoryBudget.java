package org.maskwright.trainer.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all requests together may take for what clients send: beyond it they are told to
 * come again, in place of an {@link OutOfMemoryError} for everybody.
 *
 * <p><b>Threads</b> safe; a lease is for one.
 */
public final class MemoryBudget {
  private static final int RETRY_SECONDS = 1;

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long limitBytes) {
    this.limit = limitBytes;
  }

  /** Bytes that are taken now. */
  public long takenBytes() {
    return taken.get();
  }

  Lease lease() {
    return new Lease();
  }

  /** What one request has taken, until it is closed. */
  final class Lease implements AutoCloseable {
    private long own;

    /**
     * Takes some more.
     *
     * @param what needs it, for the message
     * @throws HttpException 413 if that can never be, 503 if not now
     */
    void take(long bytes, String what) {
      if (own + bytes > limit) {
        throw new HttpException(
            413,
            "%s: expected at most %d bytes in memory, it takes %d; send a smaller one"
                .formatted(what, limit, own + bytes));
      }
      if (taken.addAndGet(bytes) > limit) {
        taken.addAndGet(-bytes);
        throw HttpException.busy(
            "the memory for requests is in use by others; ask again", RETRY_SECONDS);
      }
      own += bytes;
    }

    @Override
    public void close() {
      taken.addAndGet(-own);
      own = 0;
    }
  }
}

package org.maskwright.engine.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Splits index ranges over a fixed number of threads. The calling thread works too, so that a short
 * job never waits for a sleeping thread, and a job may start another.
 */
public final class Parallel implements AutoCloseable {
  /** Work on the indices {@code from} to {@code to} (exclusive). */
  public interface Body {
    /** Called for disjoint ranges by several threads at once. */
    void run(int from, int to);
  }

  private static final Parallel ALL = new Parallel(Runtime.getRuntime().availableProcessors());

  /** What open engines ask for, the latest last. */
  private static final List<Parallel> LEASES = new ArrayList<>();

  private static volatile Parallel shared = ALL;

  /** Chunks per thread: enough to even out unequal speeds. */
  private static final int CHUNKS_PER_THREAD = 4;

  private static final long SPIN_NANOS = 20_000;

  private final int threads;
  private final ThreadPoolExecutor pool;

  /** With so many threads, the caller's counted, >= 1; they start when there is work. */
  public Parallel(int threads) {
    this.threads = threads;
    int extra = Math.max(1, threads - 1);
    AtomicInteger number = new AtomicInteger();
    this.pool =
        new ThreadPoolExecutor(
            extra,
            extra,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "maskwright-kernel-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  /** Ends what {@link #lease} began. */
  public interface Lease extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Makes {@link #forEach} use so many threads until the lease is closed. Of several open leases
   * the latest holds; without one there are as many threads as processors.
   *
   * @param threads threads inside one operation, the caller's counted, >= 1
   */
  public static Lease lease(int threads) {
    Parallel leased = new Parallel(threads);
    synchronized (LEASES) {
      LEASES.add(leased);
      shared = leased;
    }
    return () -> {
      synchronized (LEASES) {
        LEASES.remove(leased);
        shared = LEASES.isEmpty() ? ALL : LEASES.get(LEASES.size() - 1);
      }
      // Its idle threads end by themselves: another thread may just be starting a job on it.
    };
  }

  /** What {@link #forEach} uses now. */
  static Parallel current() {
    return shared;
  }

  /**
   * Runs {@code task} for 0 to count - 1, in any order, and waits for all.
   *
   * @throws RuntimeException the first failure of a task
   */
  public static void forEach(int count, IntConsumer task) {
    shared.range(
        count,
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            task.accept(i);
          }
        });
  }

  /**
   * As {@link #forEach}, in ranges of 0 to count - 1.
   *
   * @throws RuntimeException the first failure of a range
   */
  public static void forRanges(int count, Body body) {
    shared.range(count, 1, body);
  }

  /** The number of threads. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code body} over 0..count-1 in chunks of at least {@code grain} indices, in any order.
   *
   * @throws RuntimeException the first failure of a chunk
   */
  public void range(int count, int grain, Body body) {
    if (count <= 0) {
      return;
    }
    int chunk = Math.max(Math.max(1, grain), (count - 1) / (threads * CHUNKS_PER_THREAD) + 1);
    int chunks = (count - 1) / chunk + 1;
    if (threads == 1 || chunks == 1) {
      body.run(0, count);
      return;
    }
    Job job = new Job(body, count, chunk, chunks);
    for (int i = 0; i < Math.min(threads, chunks) - 1; i++) {
      pool.execute(job);
    }
    job.run();
    job.await();
  }

  @Override
  public void close() {
    pool.shutdown();
  }

  private static final class Job implements Runnable {
    private final Body body;
    private final int count;
    private final int chunk;
    private final int chunks;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread caller = Thread.currentThread();

    Job(Body body, int count, int chunk, int chunks) {
      this.body = body;
      this.count = count;
      this.chunk = chunk;
      this.chunks = chunks;
      this.left = new AtomicInteger(chunks);
    }

    @Override
    public void run() {
      int i;
      while ((i = next.getAndIncrement()) < chunks) {
        int from = i * chunk;
        try {
          if (failure.get() == null) {
            body.run(from, Math.min(count, from + chunk));
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          if (left.decrementAndGet() == 0) {
            LockSupport.unpark(caller);
          }
        }
      }
    }

    void await() {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (left.get() > 0) {
        if (System.nanoTime() < spinUntil) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      Throwable thrown = failure.get();
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      if (thrown instanceof Error e) {
        throw e;
      }
    }
  }
}

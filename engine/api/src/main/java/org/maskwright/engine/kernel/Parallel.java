package org.maskwright.engine.kernel;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Independent tasks on as many threads as the engine may use. */
public final class Parallel {
  private static volatile ForkJoinPool pool =
      new ForkJoinPool(Math.max(1, Runtime.getRuntime().availableProcessors()));

  private Parallel() {}

  /** Sets the number of threads for kernels of this process, >= 1. */
  public static synchronized void setThreads(int threads) {
    if (pool.getParallelism() != threads) {
      ForkJoinPool old = pool;
      pool = new ForkJoinPool(threads);
      old.shutdown();
    }
  }

  /** The number of threads. */
  public static int threads() {
    return pool.getParallelism();
  }

  /**
   * Runs {@code task} for 0 to count - 1, in any order, and waits for all; the first failure is
   * thrown.
   */
  public static void forEach(int count, IntConsumer task) {
    if (count == 1 || pool.getParallelism() == 1) {
      for (int i = 0; i < count; i++) {
        task.accept(i);
      }
      return;
    }
    pool.submit(() -> IntStream.range(0, count).parallel().forEach(task)).join();
  }
}

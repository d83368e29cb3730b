package org.maskwright.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM during a run: the step is finished and a checkpoint written before the process
 * ends with code 130.
 */
final class Interruption implements AutoCloseable {
  /** Exit code of an interrupted run. */
  static final int CODE = 130;

  private static final long PATIENCE_MINUTES = 10;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "interruption");
  private volatile boolean requested;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  boolean requested() {
    return requested;
  }

  private void onShutdown() {
    requested = true;
    try {
      if (!finished.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Runtime.getRuntime().halt(CODE);
  }

  /** The run is over; without an interruption the process goes on as if this had not been. */
  @Override
  public void close() {
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        requested = true; // interrupted just now: the hook is running and waits
      }
    }
    finished.countDown();
  }
}

package org.maskwright.trainer.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM during a run: the step is finished and a checkpoint written, and whatever the
 * command has to say is said, before the process ends with the command's exit code: {@link #CODE}
 * for a run that was ended in order.
 */
final class Interruption implements AutoCloseable {
  /** Exit code of an interrupted run. */
  static final int CODE = ExitCode.INTERRUPTED.code();

  private static final long PATIENCE_MINUTES = 10;

  private static final CountDownLatch ENDED = new CountDownLatch(1);
  private static volatile int code;

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
      if (!ENDED.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Runtime.getRuntime().halt(code);
  }

  /** The command has ended and its messages are out: an interrupted process may end now. */
  static void commandEnded(int exitCode) {
    code = exitCode;
    ENDED.countDown();
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
  }
}

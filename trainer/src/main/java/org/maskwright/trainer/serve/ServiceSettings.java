package org.maskwright.trainer.serve;

import java.time.Duration;

/**
 * How pictures wait for the model, and stay.
 *
 * @param maxPixels of a picture, by its header
 * @param queue pictures that may wait; who comes then is told to come again
 * @param batch pictures of one input size that are run together, at most
 * @param batchWait how long the first of them waits for others; zero: for none, only what waits
 *     anyway is run together
 * @param keepBytes memory for encoded pictures of a model that answers prompts, so that later
 *     prompts about them are answered at once; 0: none is kept
 */
public record ServiceSettings(
    long maxPixels, int queue, int batch, Duration batchWait, long keepBytes) {
  /** 25 million pixels, 64 that wait, 8 at a time, no waiting, 256 MiB. */
  public static final ServiceSettings DEFAULT =
      new ServiceSettings(25_000_000, 64, 8, Duration.ZERO, 256L << 20);

  /** Checks the ranges. */
  public ServiceSettings {
    require("max-pixels", maxPixels);
    require("queue", queue);
    require("batch", batch);
    if (batchWait.isNegative()) {
      throw new IllegalArgumentException(
          "batch-wait: expected at least 0 ms, got " + batchWait.toMillis());
    }
    if (keepBytes < 0) {
      throw new IllegalArgumentException("keep: expected at least 0 bytes, got " + keepBytes);
    }
  }

  private static void require(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, got " + value);
    }
  }
}

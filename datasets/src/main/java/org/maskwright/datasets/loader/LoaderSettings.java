package org.maskwright.datasets.loader;

import java.util.Objects;

/**
 * How a loader works. None of {@code workers} and {@code prefetch} changes what is loaded.
 *
 * @param batchSize images in a batch
 * @param order the order of the images
 * @param seed the seed of order and augmentation
 * @param workers threads
 * @param prefetch images that may be loaded ahead of the batch asked for; bounds the memory, and
 *     with the batch size the number of workers that are busy
 * @param brokenFiles what to do with an image that cannot be loaded
 */
public record LoaderSettings(
    int batchSize, Order order, long seed, int workers, int prefetch, BrokenFiles brokenFiles) {
  /** In which order, and how long. */
  public enum Order {
    /** A new shuffle in each epoch, without end; batches run across the borders of epochs. */
    SHUFFLED,
    /** Each image once, in the data set's order; the last batch may be smaller. */
    SEQUENTIAL_ONCE
  }

  /** What to do with an image that cannot be loaded. */
  public enum BrokenFiles {
    /** Throw, with the path in the message. */
    STOP,
    /** Leave the image out, count it, and go on; see {@link Loader#skipped()}. */
    SKIP
  }

  public LoaderSettings {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(brokenFiles, "brokenFiles");
    if (batchSize < 1 || workers < 1 || prefetch < 0) {
      throw new IllegalArgumentException(
          "loader: expected batch size and workers >= 1 and prefetch >= 0, got %d, %d, %d"
              .formatted(batchSize, workers, prefetch));
    }
  }

  /**
   * Shuffled training batches, stopping at a broken file; ahead by two batches, or by an image for
   * each worker.
   */
  public static LoaderSettings training(int batchSize, long seed, int workers) {
    int prefetch = Math.max(2 * batchSize, workers);
    return new LoaderSettings(batchSize, Order.SHUFFLED, seed, workers, prefetch, BrokenFiles.STOP);
  }

  /** Each image once, in order, stopping at a broken file; ahead as in training. */
  public static LoaderSettings evaluation(int batchSize, int workers) {
    int prefetch = Math.max(2 * batchSize, workers);
    return new LoaderSettings(
        batchSize, Order.SEQUENTIAL_ONCE, 0, workers, prefetch, BrokenFiles.STOP);
  }

  /** These settings with another policy for broken files. */
  public LoaderSettings with(BrokenFiles policy) {
    return new LoaderSettings(batchSize, order, seed, workers, prefetch, policy);
  }
}

package org.maskwright.datasets.loader;

/**
 * The part of each batch that this process loads: of a batch of n images those from n rank / size
 * on, up to where the next process begins. The batches are those of one process, image by image,
 * and each image is loaded by one of them.
 *
 * @param rank number of this process, from 0
 * @param size how many processes share the batches
 */
public record Share(int rank, int size) {
  /** All of each batch. */
  public static final Share ALL = new Share(0, 1);

  /** Checks the ranges. */
  public Share {
    if (size < 1 || rank < 0 || rank >= size) {
      throw new IllegalArgumentException(
          "share: expected rank 0 to size - 1, got %d of %d".formatted(rank, size));
    }
  }

  /** Number of the first image in a batch of so many. */
  public int first(int images) {
    return (int) ((long) images * rank / size);
  }

  /** Number behind the last image in a batch of so many. */
  public int end(int images) {
    return (int) ((long) images * (rank + 1) / size);
  }

  boolean has(int image, int images) {
    return image >= first(images) && image < end(images);
  }
}

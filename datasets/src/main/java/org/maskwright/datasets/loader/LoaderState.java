package org.maskwright.datasets.loader;

/**
 * Where a loader stands: everything that is needed to go on with the next batch. Small enough for a
 * checkpoint.
 *
 * @param epoch how many times the data set was passed completely
 * @param position how many images of this epoch were taken, 0..size-1
 */
public record LoaderState(long epoch, int position) {
  /** Before the first image. */
  public static final LoaderState START = new LoaderState(0, 0);

  public LoaderState {
    if (epoch < 0 || position < 0) {
      throw new IllegalArgumentException(
          "loader state: expected epoch and position >= 0, got " + epoch + ", " + position);
    }
  }
}

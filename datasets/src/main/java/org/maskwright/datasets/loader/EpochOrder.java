package org.maskwright.datasets.loader;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.transform.SampleRandom;

/** The order of the images in one epoch. */
final class EpochOrder {
  /** Keeps the stream of the order apart from those of the samples, whose numbers are >= 0. */
  private static final long ORDER_STREAM = -1;

  private final long epoch;
  private final int[] indices;

  private EpochOrder(long epoch, int[] indices) {
    this.epoch = epoch;
    this.indices = indices;
  }

  static EpochOrder of(LoaderSettings settings, int size, long epoch) {
    int[] indices = new int[size];
    for (int i = 0; i < size; i++) {
      indices[i] = i;
    }
    if (settings.order() == LoaderSettings.Order.SHUFFLED) {
      RandomGenerator random = SampleRandom.of(settings.seed(), epoch, ORDER_STREAM);
      for (int i = size - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = indices[i];
        indices[i] = indices[j];
        indices[j] = swapped;
      }
    }
    return new EpochOrder(epoch, indices);
  }

  long epoch() {
    return epoch;
  }

  int index(int position) {
    return indices[position];
  }
}

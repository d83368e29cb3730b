package org.maskwright.datasets.loader;

import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.transform.SampleRandom;

/** The order of the images in one epoch of a source. */
final class EpochOrder {
  // Numbers of random streams that are no sample's, whose epochs and numbers are >= 0.
  private static final long ORDER_STREAM = -1;
  private static final long REPEAT_STREAM = -2;
  static final long SAMPLER_STREAM = -3;

  private final long epoch;
  private final int[] indices;
  private final int[] repetitions; // of indices: 0 for the first time that an image comes

  private EpochOrder(long epoch, int[] indices, int[] repetitions) {
    this.epoch = epoch;
    this.indices = indices;
    this.repetitions = repetitions;
  }

  static EpochOrder of(
      LoaderSettings.Order order,
      int size,
      Optional<RepeatFactors> repeats,
      long seed,
      long epoch) {
    int[] counts = new int[size];
    Arrays.fill(counts, 1);
    if (repeats.isPresent()) {
      counts = repeats.get().counts(SampleRandom.of(seed, epoch, REPEAT_STREAM));
    }
    int length = Arrays.stream(counts).sum();
    int[] indices = new int[length];
    int[] repetitions = new int[length];
    int n = 0;
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < counts[i]; k++) {
        indices[n] = i;
        repetitions[n++] = k;
      }
    }
    if (order == LoaderSettings.Order.SHUFFLED) {
      RandomGenerator random = SampleRandom.of(seed, epoch, ORDER_STREAM);
      for (int i = length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        swap(indices, i, j);
        swap(repetitions, i, j);
      }
    }
    return new EpochOrder(epoch, indices, repetitions);
  }

  private static void swap(int[] values, int i, int j) {
    int swapped = values[i];
    values[i] = values[j];
    values[j] = swapped;
  }

  long epoch() {
    return epoch;
  }

  /** How many images come in this epoch. */
  int length() {
    return indices.length;
  }

  int index(int position) {
    return indices[position];
  }

  /** The random numbers of an image's augmentation, others each time that it comes. */
  RandomGenerator random(int position, long seed) {
    long sample = indices[position] + ((long) repetitions[position] << Integer.SIZE);
    return SampleRandom.of(seed, epoch, sample);
  }
}

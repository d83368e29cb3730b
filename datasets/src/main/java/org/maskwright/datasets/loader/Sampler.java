package org.maskwright.datasets.loader;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * Which source each image of a batch comes from. A batch's answer depends on its number alone, so a
 * run that was interrupted goes on with the same sources; which images of a source come is the
 * {@link Loader}'s: its next ones.
 */
public interface Sampler {
  /**
   * The source of each image of a batch, one at least.
   *
   * @param number of the batch, from 0
   */
  int[] sources(long number);

  /** All batches from source 0. */
  static Sampler one(int batchSize) {
    return bySource(0, List.of(new Share(1, batchSize)));
  }

  /**
   * A source's share.
   *
   * @param ratio of the draws, above 0, relative to the other sources'
   * @param batchSize images of a batch that is this source's alone
   */
  record Share(double ratio, int batchSize) {
    public Share {
      if (!(ratio > 0 && Double.isFinite(ratio))) {
        throw new IllegalArgumentException("ratio: expected a finite number above 0, got " + ratio);
      }
      if (batchSize < 1) {
        throw new IllegalArgumentException("batch size: expected at least 1, got " + batchSize);
      }
    }
  }

  /**
   * Each batch from one source, drawn by ratio; its size is that source's (Gu et al., DaTaSeg,
   * arXiv 2306.01736: every iteration trains on one data set).
   */
  static Sampler bySource(long seed, List<Share> shares) {
    List<Share> all = List.copyOf(shares);
    double[] upTo = upTo(all);
    return number -> {
      int source = draw(random(seed, number), upTo);
      int[] out = new int[all.get(source).batchSize()];
      Arrays.fill(out, source);
      return out;
    };
  }

  /**
   * Each image from a source drawn by ratio, so that batches are mixed (Wang et al., Painter, arXiv
   * 2212.02499: images weighted by their data set's weight over its size; here without replacement
   * within an epoch of the source).
   */
  static Sampler mixed(long seed, int batchSize, List<Double> ratios) {
    double[] upTo = upTo(ratios.stream().map(ratio -> new Share(ratio, batchSize)).toList());
    return number -> {
      RandomGenerator random = random(seed, number);
      int[] out = new int[batchSize];
      for (int i = 0; i < batchSize; i++) {
        out[i] = draw(random, upTo);
      }
      return out;
    };
  }

  private static RandomGenerator random(long seed, long number) {
    return SampleRandom.of(seed, EpochOrder.SAMPLER_STREAM, number);
  }

  private static double[] upTo(List<Share> shares) {
    if (shares.isEmpty()) {
      throw new IllegalArgumentException("sampler: expected at least one source");
    }
    double[] out = shares.stream().mapToDouble(Share::ratio).toArray();
    Arrays.parallelPrefix(out, Double::sum);
    return out;
  }

  private static int draw(RandomGenerator random, double[] upTo) {
    double at = random.nextDouble() * upTo[upTo.length - 1];
    int source = 0;
    while (source < upTo.length - 1 && at >= upTo[source]) {
      source++;
    }
    return source;
  }
}

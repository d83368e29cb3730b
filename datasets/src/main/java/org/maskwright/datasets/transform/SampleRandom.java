package org.maskwright.datasets.transform;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** The random stream of one sample: the same for the same seed, epoch and index, on any thread. */
public final class SampleRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private SampleRandom() {}

  /** The stream of sample {@code index} in {@code epoch}. */
  public static RandomGenerator of(long seed, long epoch, long index) {
    return new SplittableRandom(mix(mix(mix(seed + GOLDEN) ^ epoch) ^ index));
  }

  /**
   * After SplitMix64 (Steele, Lea, Flood 2014), but for the first shift, which takes z before the
   * constant is added. The streams of all samples depend on it: it stays as it is.
   */
  private static long mix(long z) {
    z = ((z + GOLDEN) ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

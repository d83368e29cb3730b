package org.maskwright.datasets.scenes;

/**
 * SplitMix64: a stream of numbers from a seed, the same on every Java version and machine.
 *
 * <p><b>Source</b> Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
 */
final class SceneRandom {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double TO_UNIT = 0x1.0p-53;

  private long state;

  SceneRandom(long seed) {
    state = seed;
  }

  /** The stream of one image: images of a data set do not depend on each other. */
  static SceneRandom ofImage(long seed, long image) {
    return new SceneRandom(mix(mix(seed + GAMMA) ^ (image * GAMMA)));
  }

  long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** Uniform in [0,1). */
  double unit() {
    return (nextLong() >>> 11) * TO_UNIT;
  }

  /** Uniform in [low,high). */
  double between(double low, double high) {
    return low + (high - low) * unit();
  }

  /** Uniform in 0 .. bound - 1. */
  int below(int bound) {
    return (int) (unit() * bound);
  }

  boolean chance(double probability) {
    return unit() < probability;
  }

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

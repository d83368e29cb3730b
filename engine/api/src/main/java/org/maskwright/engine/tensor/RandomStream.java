package org.maskwright.engine.tensor;

import org.maskwright.engine.runtime.Parallel;

/**
 * A counter-based stream of random numbers: number i is a mix of (key, i), so a stream is saved and
 * rewound by its counter alone and gives the same numbers on every backend and device.
 *
 * <p><b>Maths</b> SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): mix(key + (i + 1) *
 * 0x9E3779B97F4A7C15).
 *
 * <p><b>Threads</b> not thread-safe; each thread takes a stream of its own from {@link #at}.
 */
public final class RandomStream {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final int CHUNK = 1 << 16; // numbers a thread draws at once
  private final long key;
  private long counter;

  RandomStream(long key, long counter) {
    this.key = key;
    this.counter = counter;
  }

  /** The stream of a name under a seed; different names give unrelated streams. */
  public static RandomStream of(long seed, String name) {
    long key = mix(seed * GAMMA + 0x632BE59BD9B4E019L);
    for (int i = 0; i < name.length(); i++) {
      key = mix(key + GAMMA * (name.charAt(i) + 1L));
    }
    return new RandomStream(key, 0);
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /**
   * A stream of its own for a number, from its start; this one does not move, and where it stands
   * does not matter. Different numbers give unrelated streams.
   */
  public RandomStream fork(long number) {
    return new RandomStream(mix(mix(key ^ 0x5851F42D4C957F2DL) + GAMMA * (number + 1)), 0);
  }

  /** The stream at another position; this one does not move. */
  public RandomStream at(long position) {
    return new RandomStream(key, position);
  }

  /** How many numbers were drawn. */
  public long position() {
    return counter;
  }

  /** Moves to a position that {@link #position()} gave earlier. */
  public void rewind(long position) {
    counter = position;
  }

  /** 64 random bits. */
  public long nextLong() {
    return mix(key + ++counter * GAMMA);
  }

  /** Uniform in [0,1), a multiple of 2^-24. */
  public float nextFloat() {
    return unit(nextLong());
  }

  private static float unit(long bits) {
    return (bits >>> 40) * 0x1p-24f;
  }

  /** Uniform in [0,1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** Uniform in [0,bound) without bias for bounds far below 2^53. */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("random int: expected a bound >= 1, got " + bound);
    }
    return (int) (nextDouble() * bound);
  }

  /** Normal with mean 0 and variance 1 (Box and Muller); draws two numbers. */
  public double nextGaussian() {
    double u = 1 - nextDouble();
    double v = nextDouble();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }

  /**
   * Uniform numbers: low + (high - low) * {@link #nextFloat()} in float, which may round up to
   * {@code high} itself unless low is 0.
   */
  public float[] uniform(int count, double low, double high) {
    float[] out = new float[count];
    float scale = (float) (high - low);
    float base = (float) low;
    long before = counter;
    counter += count;
    Parallel.forEach(
        (count + CHUNK - 1) / CHUNK,
        chunk -> {
          int end = Math.min(count, (chunk + 1) * CHUNK);
          for (int i = chunk * CHUNK; i < end; i++) {
            out[i] = base + unit(mix(key + (before + i + 1) * GAMMA)) * scale;
          }
        });
    return out;
  }

  /** Normal numbers: mean + std * {@link #nextGaussian()}, rounded to float. */
  public float[] normal(int count, double mean, double std) {
    float[] out = new float[count];
    long before = counter;
    counter += 2L * count;
    Parallel.forEach(
        (count + CHUNK - 1) / CHUNK,
        chunk -> {
          int begin = chunk * CHUNK;
          int end = Math.min(count, begin + CHUNK);
          RandomStream own = at(before + 2L * begin);
          for (int i = begin; i < end; i++) {
            out[i] = (float) (mean + std * own.nextGaussian());
          }
        });
    return out;
  }
}

package org.maskwright.engine.tensor;

import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.array.Precision;

/**
 * How to open an {@link Engine}.
 *
 * @param backend {@code auto}, or a backend's name
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:i}
 * @param threads threads inside one operation; 0 = as many as there are physical cores
 * @param precision type of matrix products
 * @param seed seed of all named random streams
 * @param memory how much of the device's memory to take
 */
public record EngineOptions(
    String backend,
    String device,
    int threads,
    Precision precision,
    long seed,
    MemoryLimit memory) {
  /** More threads than any machine has cores are a mistake. */
  public static final int MAX_THREADS = 4096;

  /** Everything automatic, float32, seed 0. */
  public static final EngineOptions DEFAULT =
      new EngineOptions("auto", "auto", 0, Precision.FP32, 0, MemoryLimit.NONE);

  /** Checks the thread count. */
  public EngineOptions {
    if (threads < 0 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "engine.threads: expected 0 (automatic) to " + MAX_THREADS + ", got " + threads);
    }
  }

  /** The same with another backend. */
  public EngineOptions withBackend(String name) {
    return new EngineOptions(name, device, threads, precision, seed, memory);
  }

  /** The same with another device. */
  public EngineOptions withDevice(String name) {
    return new EngineOptions(backend, name, threads, precision, seed, memory);
  }

  /** The same with another thread count. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(backend, device, count, precision, seed, memory);
  }

  /** The same with another precision. */
  public EngineOptions withPrecision(Precision value) {
    return new EngineOptions(backend, device, threads, value, seed, memory);
  }

  /** The same with another seed. */
  public EngineOptions withSeed(long value) {
    return new EngineOptions(backend, device, threads, precision, value, memory);
  }

  /** The same with another limit of memory. */
  public EngineOptions withMemory(MemoryLimit limit) {
    return new EngineOptions(backend, device, threads, precision, seed, limit);
  }
}

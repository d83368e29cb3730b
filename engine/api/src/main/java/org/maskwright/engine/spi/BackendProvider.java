package org.maskwright.engine.spi;

import java.util.Optional;

/**
 * Creates a backend; found by {@link java.util.ServiceLoader}. Loading a provider loads no native
 * library.
 */
public interface BackendProvider {
  /** Name in {@code engine.backend}. */
  String name();

  /** Preference under {@code auto}; the larger wins. */
  int priority();

  /** Whether {@code auto} leaves it out, so that only who names it gets it. */
  default boolean isOnRequest() {
    return false;
  }

  /**
   * The name of the backend whose settings choose this one in its place, as {@code
   * engine.nd4j.operations} does; empty of one that is chosen by its own name alone.
   */
  default Optional<String> inPlaceOf() {
    return Optional.empty();
  }

  /**
   * Why this backend cannot run here (missing native library, wrong processor), or empty if it can.
   * May load natives.
   */
  Optional<String> unavailableBecause();

  /** How many CUDA devices it can compute on here; 0 where it knows of none. May load natives. */
  default int cudaDevices() {
    return 0;
  }

  /**
   * Opens the backend.
   *
   * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:i}
   * @param threads threads inside one operation; 0 = as many as there are physical cores
   * @throws org.maskwright.engine.array.EngineException if the device is absent, saying what is
   *     there and what to do
   */
  Backend create(String device, int threads);
}

package org.maskwright.engine.spi;

import java.util.Optional;
import org.maskwright.engine.tensor.EngineOptions;

/**
 * Creates a backend; found by {@link java.util.ServiceLoader}. Loading a provider loads no native
 * library.
 */
public interface BackendProvider {
  /** Name in {@code engine.backend}. */
  String name();

  /** Preference under {@code auto}; the larger wins. */
  int priority();

  /**
   * Why this backend cannot run here (missing native library, wrong processor), or empty if it can.
   * May load natives.
   */
  Optional<String> unavailableBecause();

  /**
   * Opens the backend on the device that the options name.
   *
   * @throws org.maskwright.engine.tensor.EngineException if the device is absent, saying what is
   *     there and what to do
   */
  Backend create(EngineOptions options);
}

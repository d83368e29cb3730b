package org.maskwright.engine.process;

import java.time.Duration;
import java.util.Optional;

/**
 * Connects processes; found by {@link java.util.ServiceLoader}. Loading a provider loads no native
 * library.
 */
public interface ProcessGroupProvider {
  /** Why processes cannot be connected here, or empty if they can. May load natives. */
  Optional<String> unavailableBecause();

  /**
   * Waits for all the others.
   *
   * @param patience how long the others may take, now and in each exchange
   * @throws PeerException if one of them does not come, or does not fit
   */
  ProcessGroup join(Rendezvous rendezvous, Duration patience);
}

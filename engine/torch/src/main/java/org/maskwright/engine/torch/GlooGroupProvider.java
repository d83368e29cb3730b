package org.maskwright.engine.torch;

import java.time.Duration;
import java.util.Optional;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.ProcessGroupProvider;
import org.maskwright.engine.process.Rendezvous;

/** Connects processes by LibTorch's c10d, with Gloo. */
public final class GlooGroupProvider implements ProcessGroupProvider {
  /** Called by the {@link java.util.ServiceLoader}. */
  public GlooGroupProvider() {}

  @Override
  public Optional<String> unavailableBecause() {
    return new TorchBackendProvider().unavailableBecause();
  }

  @Override
  public ProcessGroup join(Rendezvous rendezvous, Duration patience) {
    return GlooGroup.join(rendezvous, patience);
  }
}

package org.maskwright.trainer.config;

import java.time.Duration;
import org.maskwright.settings.Doc;

/** What matters where several processes train one model. */
@Doc(
    "Several processes that train one model together, with --processes or started by torchrun,"
        + " Slurm or Kubeflow; docs/distributed.md.")
public record ProcessSettings(
    @Doc(
            "Seconds that processes wait for each other, at the start and in each exchange; then"
                + " the run ends and names the one that is missing.")
        int timeout,
    @Doc(
            "Take the statistics of batch normalisation over the images of all processes, as one"
                + " process would; else each takes those of its own.")
        boolean syncBatchNorm) {
  /** Checks the range. */
  public ProcessSettings {
    Ranges.require(timeout >= 1, "timeout", "at least 1", timeout);
  }

  /** How long processes wait for each other. */
  public Duration patience() {
    return Duration.ofSeconds(timeout);
  }
}

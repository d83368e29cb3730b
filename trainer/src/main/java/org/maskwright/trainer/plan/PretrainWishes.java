package org.maskwright.trainer.plan;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a person asks of a pretraining.
 *
 * @param task name of the pretext
 * @param minutes of the whole run; empty where the number of steps is asked for
 * @param steps of the run; empty: as many as fit into the minutes
 * @param init weights to start from
 * @param normOnly whether normalisations of the backbone alone learn
 * @param ownPixels whether pixels are normalised with the statistics of these pictures
 * @param overrides {@code key.path=value}, which win over the rules
 */
public record PretrainWishes(
    String task,
    Optional<Double> minutes,
    Optional<Integer> steps,
    Optional<Path> init,
    boolean normOnly,
    boolean ownPixels,
    List<String> overrides) {
  /** Checks the ranges, as {@link Wishes} does. */
  public PretrainWishes {
    overrides = List.copyOf(overrides);
    new Wishes(Optional.empty(), minutes, steps, overrides);
  }

  /** The whole run's seconds, if time is what bounds it. */
  public Optional<Double> seconds() {
    return new Wishes(Optional.empty(), minutes, steps, overrides).seconds();
  }
}

package org.maskwright.trainer.plan;

import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;

/**
 * What a person asks for.
 *
 * @param task what to learn; empty: what the annotation serves best
 * @param minutes of the whole run; empty where the number of steps is asked for
 * @param steps of the run; empty: as many as fit into the minutes
 * @param overrides {@code key.path=value}, which win over the rules
 */
public record Wishes(
    Optional<Task> task,
    Optional<Double> minutes,
    Optional<Integer> steps,
    List<String> overrides) {
  /** Minutes of a run where nothing is asked for. */
  public static final double USUAL_MINUTES = 15;

  /** Checks the ranges. */
  public Wishes {
    overrides = List.copyOf(overrides);
    if (minutes.isPresent() && steps.isPresent()) {
      throw new IllegalArgumentException("expected minutes or steps, got both");
    }
    if (minutes.isPresent() && !(minutes.get() > 0 && Double.isFinite(minutes.get()))) {
      throw new IllegalArgumentException(
          "minutes: expected a number above 0, got " + minutes.get());
    }
    if (steps.isPresent() && steps.get() < 1) {
      throw new IllegalArgumentException("steps: expected at least 1, got " + steps.get());
    }
  }

  /** The whole run's seconds, if time is what bounds it. */
  public Optional<Double> seconds() {
    return steps.isPresent() ? Optional.empty() : Optional.of(60 * minutes.orElse(USUAL_MINUTES));
  }
}

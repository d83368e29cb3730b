package org.maskwright.trainer.run;

import java.util.Optional;
import org.maskwright.trainer.config.EvalSettings;

/**
 * Which evaluation of a run is the best one, and by what. The metric that the settings name
 * decides; an evaluation where it is undefined says nothing about it, neither better nor worse.
 * While no evaluation has it, the least validation loss decides, and without a loss the last
 * evaluation is taken, so that a run always has a best checkpoint.
 */
final class BestSoFar {
  /** What decided where neither the metric nor the loss could. */
  static final String LAST_CHECKPOINT = "last checkpoint";

  private static final String LOSS = "loss.total";

  private final EvalSettings settings;
  private Optional<RunSummary.Scored> best = Optional.empty();
  private String decidedBy = LAST_CHECKPOINT;
  private int withoutBetter;

  BestSoFar(EvalSettings settings) {
    this.settings = settings;
  }

  /** Takes in the next evaluation. */
  void add(RunSummary.Scored scored) {
    if (isDefined(scored, settings.best())) {
      if (!decidedBy.equals(settings.best())
          || settings.isBetter(value(scored, settings.best()), value(best.get(), decidedBy))) {
        take(scored, settings.best());
        withoutBetter = 0;
      } else {
        withoutBetter++;
      }
    } else if (decidedBy.equals(settings.best())) {
      return; // what is known of the metric stands
    } else if (isDefined(scored, LOSS)) {
      if (!decidedBy.equals(LOSS) || value(scored, LOSS) < value(best.get(), LOSS)) {
        take(scored, LOSS);
      }
    } else if (!decidedBy.equals(LOSS)) {
      take(scored, LAST_CHECKPOINT);
    }
  }

  private void take(RunSummary.Scored scored, String by) {
    best = Optional.of(scored);
    decidedBy = by;
  }

  private static boolean isDefined(RunSummary.Scored scored, String metric) {
    return !Double.isNaN(value(scored, metric));
  }

  private static double value(RunSummary.Scored scored, String metric) {
    return scored.metrics().getOrDefault(metric, Double.NaN);
  }

  /** The best evaluation; empty before the first. */
  Optional<RunSummary.Scored> best() {
    return best;
  }

  /** The metric that made it the best, or {@link #LAST_CHECKPOINT}. */
  String decidedBy() {
    return decidedBy;
  }

  /** Evaluations with a value of the deciding metric since the best one. */
  int withoutBetter() {
    return withoutBetter;
  }
}

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

  private final EvalSettings settings;
  private final String loss; // of the data set whose metric decides
  private Optional<RunSummary.Scored> best = Optional.empty();
  private String decidedBy = LAST_CHECKPOINT;
  private int withoutBetter;

  BestSoFar(EvalSettings settings) {
    this.settings = settings;
    this.loss = settings.bestOf().map(name -> name + ".").orElse("") + "loss.total";
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
    } else if (isDefined(scored, loss)) {
      if (!decidedBy.equals(loss) || value(scored, loss) < value(best.get(), loss)) {
        take(scored, loss);
      }
    } else if (!decidedBy.equals(loss)) {
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

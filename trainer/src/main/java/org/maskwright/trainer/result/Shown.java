package org.maskwright.trainer.result;

import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;

/**
 * What pictures and JSON say of a result.
 *
 * @param classes of the results
 * @param thresholds what has a score below is left out, where a result holds all that was found
 */
public record Shown(ClassSpace classes, ScoreThresholds thresholds) {
  /** Whether what was found of a class with a score is shown. */
  public boolean shows(int index, double score) {
    return score >= thresholds.of(name(index));
  }

  /** The name of a class. */
  public String name(int index) {
    return classes.classes().get(index).name();
  }
}

package org.maskwright.trainer.loss;

/**
 * How many points are sampled, and how those of the loss are chosen.
 *
 * @param points of each mask and frame; 0 of a criterion that samples none
 * @param oversample how many times as many candidates are drawn
 * @param importance share of the points chosen where the prediction is uncertain
 */
record Sampling(int points, double oversample, double importance) {
  static final Sampling NONE = new Sampling(0, 1, 0);

  /**
   * The number of points.
   *
   * @throws IllegalStateException if the criterion samples none
   */
  int required() {
    if (points == 0) {
      throw new IllegalStateException(
          "loss: expected a criterion that samples points for a term that compares at points; set"
              + " criterion.type = points");
    }
    return points;
  }
}

package org.maskwright.trainer.annotate;

import java.util.List;

/**
 * How unsure a model is of a picture, in [0,1]: the mean of 1 - score over what it sees there, and
 * 1 where it sees nothing, for a model that has learnt little misses objects before it invents
 * them.
 *
 * <p><b>Source</b> least confidence, D. Lewis and W. Gale, "A sequential algorithm for training
 * text classifiers" (1994); <b>Differs:</b> the mean over a picture's objects.
 */
final class Uncertainty {
  private Uncertainty() {}

  static double of(List<Proposal> proposals) {
    return proposals.stream().mapToDouble(p -> 1 - p.score()).average().orElse(1);
  }
}

package org.maskwright.trainer.run;

import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint holds beside tensors: enough to take the next step exactly as if nothing had
 * happened.
 *
 * @param step steps taken
 * @param epoch of the loader
 * @param position of the loader in its epoch
 * @param randomStreams position of each named random stream
 * @param bestValue the best value of the deciding metric so far
 * @param evaluationsWithoutBetter evaluations since then
 * @param trainedSeconds time spent in training steps so far
 */
record TrainingState(
    long step,
    long epoch,
    int position,
    Map<String, Long> randomStreams,
    Optional<Double> bestValue,
    int evaluationsWithoutBetter,
    double trainedSeconds) {
  TrainingState {
    randomStreams = Map.copyOf(randomStreams);
  }

  static final TrainingState START = new TrainingState(0, 0, 0, Map.of(), Optional.empty(), 0, 0);
}

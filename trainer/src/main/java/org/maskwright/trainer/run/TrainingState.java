package org.maskwright.trainer.run;

import java.util.Map;

/**
 * What a checkpoint holds beside tensors: enough to take the next step exactly as if nothing had
 * happened. What was evaluated is read back from the metrics log.
 *
 * @param step steps taken
 * @param epoch of the loader
 * @param position of the loader in its epoch
 * @param randomStreams position of each named random stream
 * @param trainedSeconds time spent in training steps so far
 * @param unlogged sums of losses since the last line of the log
 */
record TrainingState(
    long step,
    long epoch,
    int position,
    Map<String, Long> randomStreams,
    double trainedSeconds,
    Map<String, Double> unlogged) {
  TrainingState {
    randomStreams = Map.copyOf(randomStreams);
    unlogged = Map.copyOf(unlogged);
  }

  static final TrainingState START = new TrainingState(0, 0, 0, Map.of(), 0, Map.of());
}

package org.maskwright.trainer.run;

import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.loader.LoaderState;
import org.maskwright.trainer.loop.LossScale;

/**
 * What a checkpoint holds beside tensors: enough to take the next step exactly as if nothing had
 * happened. What was evaluated is read back from the metrics log.
 *
 * @param step steps taken
 * @param loader where it stands; empty before the first step
 * @param images trained on so far
 * @param randomStreams position of each named random stream
 * @param trainedSeconds time spent in training steps so far
 * @param unlogged sums of losses since the last line of the log
 * @param lossScale of the next step, in float16
 */
record TrainingState(
    long step,
    Optional<LoaderState> loader,
    long images,
    Map<String, Long> randomStreams,
    double trainedSeconds,
    Map<String, Double> unlogged,
    Optional<LossScale.State> lossScale) {
  TrainingState {
    randomStreams = Map.copyOf(randomStreams);
    unlogged = Map.copyOf(unlogged);
  }

  static final TrainingState START =
      new TrainingState(0, Optional.empty(), 0, Map.of(), 0, Map.of(), Optional.empty());
}

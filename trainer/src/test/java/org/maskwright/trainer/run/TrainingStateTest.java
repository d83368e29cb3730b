package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.loop.LossScale;

class TrainingStateTest {
  private static TrainingState with(Optional<LossScale.State> scale) {
    return new TrainingState(
        7, Optional.empty(), 14, Map.of("dropout", 3L), 1.5, Map.of("loss", 0.1), scale);
  }

  private static TrainingState readBack(TrainingState state) {
    return ConfigFile.data("state", SettingsWriter.render(state)).bind(TrainingState.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 65536, 0x1p127})
  void theLossScaleOfACheckpointIsReadBackAsItWas(double factor) {
    TrainingState state = with(Optional.of(new LossScale.State(factor, 1999)));
    assertEquals(state, readBack(state));
  }

  @Test
  void aStateWithoutLossScaleHasNone() {
    TrainingState state = with(Optional.empty());
    assertEquals(state, readBack(state));
  }
}

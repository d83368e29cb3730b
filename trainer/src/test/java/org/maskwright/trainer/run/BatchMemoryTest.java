package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

class BatchMemoryTest {
  private static final long GIB = 1L << 30;

  private static RunSettings settings(int batch) {
    return ConfigFile.load(
            Path.of("../configs/quickstart.conf"), List.of("train.batch-size=" + batch))
        .bind(RunSettings.class);
  }

  @Test
  void aBatchOfWhichTheImagesDoNotFitIsRefusedWithTheFigures() {
    var e =
        assertThrows(
            ConfigException.class, () -> BatchMemory.require(settings(100_000_000), 8 * GIB));
    for (String part : List.of("train.batch-size", "100000000", "8.0 GiB", "accumulate")) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertThrows(ConfigException.class, () -> BatchMemory.require(settings(4), 1000));
  }

  @Test
  void anArrayThatJavaCannotHoldIsRefusedHoweverLargeTheMachine() {
    assertThrows(
        ConfigException.class, () -> BatchMemory.require(settings(1 << 20), Long.MAX_VALUE));
  }

  @Test
  void theShippedBatchFits() {
    BatchMemory.require(settings(16), GIB);
  }
}

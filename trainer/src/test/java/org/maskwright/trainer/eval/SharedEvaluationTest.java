package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Tiling;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.loop.TrainingProcesses;

/** An evaluation by several processes, which are threads here, is that of one to the digit. */
class SharedEvaluationTest {
  @TempDir private Path folder;

  private EvalReport alone(Optional<Tiling> tiling, int limit) {
    return EvaluatedScenes.evaluate(folder, ProcessGroup.alone(), tiling, limit);
  }

  private EvalReport together(int size, Optional<Tiling> tiling, int limit) throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : TrainingProcesses.places(size)) {
      processes.add(
          () -> {
            try (ProcessGroup group = ProcessGroup.join(place, Duration.ofMinutes(2))) {
              return EvaluatedScenes.evaluate(folder, group, tiling, limit);
            }
          });
    }
    List<Object> ends = TrainingProcesses.ends(processes);
    for (Object end : ends) {
      if (end instanceof Throwable error) {
        throw new AssertionError(error.getMessage(), error);
      }
    }
    return (EvalReport) ends.get(0);
  }

  private static void assertSame(EvalReport alone, EvalReport together) {
    assertEquals(alone.metrics(), together.metrics());
    assertEquals(alone.perClass(), together.perClass());
    assertEquals(alone.images(), together.images());
    assertEquals(alone.skipped(), together.skipped());
    assertEquals(alone.details().keySet(), together.details().keySet());
  }

  @ParameterizedTest
  @CsvSource({"2,0", "3,0", "2,3", "3,1", "6,0"})
  void processesMeasureWhatOneMeasures(int size, int limit) throws Exception {
    EvaluatedScenes.write(folder, 5);
    EvalReport alone = alone(Optional.empty(), limit);
    assertEquals(limit == 0 ? 5 : limit, alone.images());
    assertSame(alone, together(size, Optional.empty(), limit));
  }

  @Test
  void picturesInTilesAreSharedWhole() throws Exception {
    EvaluatedScenes.write(folder, 3);
    Optional<Tiling> tiling = Optional.of(Tiling.of(48));
    assertSame(alone(tiling, 0), together(2, tiling, 0));
  }

  @Test
  void brokenImagesAreLeftOutAlike() throws Exception {
    EvaluatedScenes.write(folder, 5);
    try (Stream<Path> images = Files.list(folder.resolve("images/train"))) {
      Files.writeString(images.sorted().toList().get(1), "no picture");
    }
    EvalReport alone = alone(Optional.empty(), 0);
    assertEquals(4, alone.images());
    assertSame(alone, together(2, Optional.empty(), 0));
  }
}

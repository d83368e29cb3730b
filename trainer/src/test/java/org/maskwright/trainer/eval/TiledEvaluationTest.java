package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Tiling;
import org.maskwright.engine.process.ProcessGroup;

/** Evaluation by tiles of a model with its initial weights. */
class TiledEvaluationTest {
  @TempDir private Path folder;

  private EvalReport evaluate(Optional<Tiling> tiling) {
    return EvaluatedScenes.evaluate(folder, ProcessGroup.alone(), tiling, 0);
  }

  @Test
  void imagesNoLargerThanATileAreEvaluatedAsWithoutTiles() {
    EvaluatedScenes.write(folder, 5);
    EvalReport whole = evaluate(Optional.empty());
    EvalReport tiled = evaluate(Optional.of(Tiling.of(EvaluatedScenes.SIDE)));
    assertEquals(whole.metrics(), tiled.metrics());
    assertEquals(whole.perClass(), tiled.perClass());
    assertEquals(5, tiled.images());
  }

  @Test
  void everyImageOfSeveralTilesIsScoredOnceAndABrokenOneLeftOutOnce() throws IOException {
    EvaluatedScenes.write(folder, 5);
    Files.write(folder.resolve("images/train/000000000002.jpg"), new byte[9]);
    EvalReport report = evaluate(Optional.of(new Tiling(40, 8)));
    assertEquals(4, report.images());
    assertEquals(1, report.skipped().size(), () -> report.skipped().toString());
    assertTrue(report.get("loss.total") > 0);
    assertTrue(report.get("semantic.pACC") >= 0);
  }
}

package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesTest {
  @TempDir private Path folder;

  private static MetricsLog.Line train(long step, double loss) {
    return new MetricsLog.Line("train", step, Map.of("loss", loss, "mask", loss / 3));
  }

  private static MetricsLog.Line eval(long step, double score) {
    return new MetricsLog.Line("eval", step, Map.of("semantic.mIoU", score));
  }

  @Test
  void lossesAreDrawnAndMetricsFromTheSecondEvaluationOn() throws IOException {
    List<MetricsLog.Line> lines = List.of(train(20, 30), eval(20, 5), train(40, 20));
    Curves.write("run", lines, folder);
    assertEquals(900, ImageIO.read(folder.resolve("loss.png").toFile()).getWidth());
    assertFalse(Files.exists(folder.resolve("metrics.png")));
    Curves.write("run", List.of(train(20, 30), eval(20, 5), eval(40, 25)), folder);
    assertTrue(Files.exists(folder.resolve("metrics.png")));
  }

  @Test
  void numbersThatAreNotFiniteOrMissingDrawNothing() throws IOException {
    Curves.write("run", List.of(), folder);
    Curves.write("run", List.of(train(20, Double.NaN)), folder);
    try (var files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }
}

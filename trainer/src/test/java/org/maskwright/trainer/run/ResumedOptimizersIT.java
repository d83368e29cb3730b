package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.trainer.config.ConfigFile;

/** Whole runs of a tiny model with each optimiser, from a configuration file. */
class ResumedOptimizersIT {
  private static final List<String> FILES =
      List.of("model.safetensors", "optimizer.safetensors", "raw.safetensors");

  @TempDir private Path temp;

  private static Console silent() {
    return new Console(new PrintWriter(new StringWriter()), false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optimizer.base { type = sgd, sgd.nesterov = true }",
        "optimizer.base { type = sgd, sgd.momentum = 0 }",
        "optimizer.method { type = sam, sam { rho = 0.1, adaptive = false } }",
        "optimizer.method { type = gsam, gsam { rho-max = 0.2, rho-min = 0.1, final-factor = 0,"
            + " alpha = 0.4, adaptive = true } }"
      })
  void anInterruptedAndResumedRunEndsWithTheSameBitsAsOneNeverStopped(String optimizer)
      throws IOException {
    String more = optimizer + "\noptimizer.ema-decay = 0.9, train.accumulate = 2";
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, more), List.of());
    Path whole = temp.resolve("whole");
    TrainingRun.start(whole, config, silent(), List.of(), () -> false);
    Path parts = temp.resolve("parts");
    AtomicInteger asked = new AtomicInteger();
    TrainingRun.start(parts, config, silent(), List.of(), () -> asked.incrementAndGet() == 3);
    assertEquals(6, TrainingRun.resume(parts, silent(), List.of(), () -> false).step());
    for (String name : FILES) {
      Path file = Path.of("checkpoints/step-00000006").resolve(name);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), name);
    }
    assertEquals(TinyRun.losses(whole), TinyRun.losses(parts));
    boolean twoPasses = optimizer.contains("sam");
    for (MetricsLog.Line line : MetricsLog.read(parts.resolve("metrics.jsonl"))) {
      assertEquals(
          twoPasses && line.kind().equals("train"),
          line.values().getOrDefault("surrogateGap", 0.0) != 0
              && line.values().getOrDefault("rho", 0.0) > 0,
          "step " + line.step());
    }
    assertTrue(TinyRun.losses(whole).size() == 6);
  }
}

package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigFile;

/** A training process that is killed again and again. */
class KilledRunIT {
  private static final int KILLS = 20;
  private static final int STEPS = 90;

  /** Longer than a step with its checkpoint, so that kills fall into each of their parts. */
  private static final int LATEST_KILL_MICROS = 80_000;

  @TempDir private Path temp;

  @Test
  void aRunKilledTwentyTimesAndResumedEndsWithTheSameBitsAsOneNeverStopped() throws Exception {
    Path config =
        TinyRun.write(
            temp,
            """
            optimizer.ema-decay = 0.9, train { steps = %d, checkpoint-every = 1 }
            eval { every = 9, tasks = [semantic], best = loss.total, samples = 0 }
            """
                .formatted(STEPS));
    Path whole = temp.resolve("whole");
    TrainingRun.start(
        whole,
        ConfigFile.load(config, List.of()),
        new Console(new PrintWriter(new StringWriter()), false),
        List.of(),
        () -> false);

    Path killed = temp.resolve("killed");
    Random random = new Random(11);
    for (int kill = 0; kill < KILLS; kill++) {
      // 0 steps: killed while it starts or takes the first step.
      KilledTraining.runUntilKilled(
          arguments(config, killed), random.nextInt(4), random.nextInt(LATEST_KILL_MICROS));
      assertWhole(killed);
    }
    StringWriter err = new StringWriter();
    int code =
        Maskwright.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            arguments(config, killed).toArray(String[]::new));
    assertEquals(0, code, err::toString);

    String last = "checkpoints/step-%08d/".formatted(STEPS);
    for (String file : List.of("model.safetensors", "raw.safetensors", "optimizer.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(last + file)),
          Files.readAllBytes(killed.resolve(last + file)),
          file);
    }
    assertEquals(TinyRun.losses(whole), TinyRun.losses(killed));
    assertEquals(STEPS, TinyRun.losses(killed).size());
    assertEquals(evaluations(whole), evaluations(killed));
    Path best = Path.of("checkpoints/best");
    assertEquals(
        whole.resolve(best).toRealPath().getFileName(),
        killed.resolve(best).toRealPath().getFileName());
  }

  static List<MetricsLog.Line> evaluations(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.kind().equals("eval"))
        .toList();
  }

  static List<String> arguments(Path config, Path run) {
    return Files.exists(run.resolve("config.conf"))
        ? List.of("train", "--resume", run.toString())
        : List.of("train", config.toString(), "--run-dir", run.toString());
  }

  /** What a reader finds right after a kill, before anything is repaired. */
  static void assertWhole(Path run) throws IOException {
    Path checkpoints = run.resolve("checkpoints");
    if (!Files.isDirectory(checkpoints)) {
      return;
    }
    try (Stream<Path> list = Files.list(checkpoints)) {
      for (Path path : list.toList()) {
        if (!path.getFileName().toString().startsWith(".")) {
          CheckpointStore.verify(path);
        }
      }
    }
  }
}

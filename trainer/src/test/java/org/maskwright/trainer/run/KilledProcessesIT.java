package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.run.RealProcesses.Ended;
import org.maskwright.trainer.run.RealProcesses.Start;

/**
 * Three processes that train together, of which one is killed, once in {@code verify}: {@code
 * -Dmaskwright.kills=20} makes it twenty times, {@code -Dmaskwright.kills.seed=7} decides which and
 * when.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class KilledProcessesIT {
  private static final int PROCESSES = 3;
  private static final int KILLS = Integer.getInteger("maskwright.kills", 1);
  private static final int SEED = Integer.getInteger("maskwright.kills.seed", 7);
  private static final int STEPS = 10 * KILLS + 4;
  private static final int SIGKILL = 137;
  private static final int PEER = 10;

  /** Longer than a step with its checkpoint, so that kills fall into each of their parts. */
  private static final int LATEST_KILL_MICROS = 300_000;

  @TempDir private Path temp;

  @Test
  void aRunOfWhichAnyProcessIsKilledAndThatIsResumedEndsWithTheBitsOfOneNeverStopped()
      throws Exception {
    Path config =
        TinyRun.write(
            temp,
            """
            optimizer { ema-decay = 0.9, base { type = sgd, sgd.momentum = 0.9 } }
            train { steps = %d, batch-size = 3, checkpoint-every = 1, shard-optimizer = true }
            eval { every = 5, tasks = [semantic], best = semantic.mIoU, samples = 0 }
            """
                .formatted(STEPS));
    Path whole = temp.resolve("whole");
    assertEnds(whole, config);

    Path killed = temp.resolve("killed");
    Random random = new Random(SEED);
    for (int kill = 1; kill <= KILLS; kill++) {
      int victim = random.nextInt(PROCESSES);
      int steps = random.nextInt(4); // 0: while it starts or takes the first step
      kill(
          "kill %d of %d".formatted(kill, KILLS),
          killed,
          config,
          victim,
          steps,
          random.nextInt(LATEST_KILL_MICROS));
      KilledRunIT.assertWhole(killed);
    }
    assertEnds(killed, config);

    String last = "checkpoints/step-%08d/".formatted(STEPS);
    for (String file : List.of("model.safetensors", "raw.safetensors", "optimizer.safetensors")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(last + file)),
          Files.readAllBytes(killed.resolve(last + file)),
          file);
    }
    assertEquals(STEPS, TinyRun.losses(killed).size());
    assertEquals(TinyRun.losses(whole), TinyRun.losses(killed));
    assertEquals(KilledRunIT.evaluations(whole), KilledRunIT.evaluations(killed));
  }

  /** Starts the run, or goes on with it, until a process is killed so long after so many steps. */
  private void kill(String name, Path run, Path config, int victim, int steps, int micros)
      throws Exception {
    try (RealProcesses all = start(run, config)) {
      all.await(() -> all.err(0).contains("model: ") && steps(all.err(0)) >= steps);
      LockSupport.parkNanos(micros * 1000L);
      all.kill(victim);
      long since = System.nanoTime();
      List<Ended> ends = all.ends();
      System.out.printf(
          "%s: process %d of 3, %d ms after step %d since the start, step %s of the run; the others"
              + " ended within %.1f s%n",
          name, victim, micros / 1000, steps, last(run), (System.nanoTime() - since) / 1e9);
      // It alone is named.
      Pattern reason =
          Pattern.compile(
              "^maskwright: process %d of 3 \\(host [^)]+\\) ended without saying why"
                  .formatted(victim),
              Pattern.MULTILINE);
      for (int rank = 0; rank < PROCESSES; rank++) {
        String what =
            "%s, of process %d: process %d: %s".formatted(name, victim, rank, ends.get(rank));
        assertEquals(rank == victim ? SIGKILL : PEER, ends.get(rank).code(), what);
        assertTrue(rank == victim || reason.matcher(ends.get(rank).err()).find(), what);
      }
    }
  }

  private RealProcesses start(Path run, Path config) throws Exception {
    String[] arguments = KilledRunIT.arguments(config, run).toArray(String[]::new);
    return RealProcesses.start(temp, PROCESSES, rank -> Start.of(Maskwright.class, arguments));
  }

  private void assertEnds(Path run, Path config) throws Exception {
    try (RealProcesses all = start(run, config)) {
      all.ends().forEach(end -> assertEquals(0, end.code(), end::toString));
    }
  }

  /** The last step in the log of a run. */
  private static String last(Path run) throws IOException {
    List<String> losses =
        Files.exists(run.resolve("metrics.jsonl")) ? TinyRun.losses(run) : List.of();
    return losses.isEmpty() ? "0" : losses.get(losses.size() - 1).split(" ", 2)[0];
  }

  private static long steps(String err) {
    return err.lines().filter(line -> line.startsWith("step=")).count();
  }
}

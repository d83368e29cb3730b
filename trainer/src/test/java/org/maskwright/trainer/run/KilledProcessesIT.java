package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.run.RealProcesses.Ended;
import org.maskwright.trainer.run.RealProcesses.Start;

/**
 * Three processes that train together, of which one is killed again and again: {@code
 * -Dmaskwright.kills=20} says how often.
 */
@EnabledIfSystemProperty(
    named = "maskwright.kills",
    matches = "[1-9]\\d*",
    disabledReason = "many processes: see docs/testing.md")
class KilledProcessesIT {
  private static final int PROCESSES = 3;
  private static final int KILLS = Integer.getInteger("maskwright.kills", 1);
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
            train { steps = %d, batch-size = 3, checkpoint-every = 1, shard-optimizer = true, processes.timeout = 300 }
            eval { every = 5, tasks = [semantic], best = semantic.mIoU, samples = 0 }
            """
                .formatted(STEPS));
    Path whole = temp.resolve("whole");
    assertEnds(whole, config);

    Path killed = temp.resolve("killed");
    Random random = new Random(7);
    for (int kill = 0; kill < KILLS; kill++) {
      int victim = random.nextInt(PROCESSES);
      int steps = random.nextInt(4); // 0: while it starts or takes the first step
      int micros = random.nextInt(LATEST_KILL_MICROS);
      try (RealProcesses all = start(killed, config)) {
        all.await(() -> all.err(0).contains("model: ") && steps(all.err(0)) >= steps);
        LockSupport.parkNanos(micros * 1000L);
        all.kill(victim);
        List<Ended> ends = all.ends();
        for (int rank = 0; rank < PROCESSES; rank++) {
          String what =
              "kill %d, of process %d: process %d: %s"
                  .formatted(kill, victim, rank, ends.get(rank));
          assertEquals(rank == victim ? SIGKILL : PEER, ends.get(rank).code(), what);
          assertTrue(
              rank == victim || ends.get(rank).err().contains("process " + victim + " of 3"), what);
        }
      }
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

  private RealProcesses start(Path run, Path config) throws Exception {
    String[] arguments = KilledRunIT.arguments(config, run).toArray(String[]::new);
    return RealProcesses.start(temp, PROCESSES, rank -> Start.of(Maskwright.class, arguments));
  }

  private void assertEnds(Path run, Path config) throws Exception {
    try (RealProcesses all = start(run, config)) {
      all.ends().forEach(end -> assertEquals(0, end.code(), end::toString));
    }
  }

  private static long steps(String err) {
    return err.lines().filter(line -> line.startsWith("step=")).count();
  }
}

package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.checkpoint.CheckpointStore.Checkpoint;

final class CheckpointStoreIT {
  private static final int KILLS = 20;

  /** Longer than one write takes, so that kills fall into each of its parts. */
  private static final int LATEST_KILL_MICROS = 60_000;

  @TempDir private Path folder;

  @Test
  void aProcessKilledInsideAWriteLeavesEveryFinishedCheckpointAndAValidNewest() throws Exception {
    var random = new Random(7);
    for (int kill = 0; kill < KILLS; kill++) {
      long finished = writeUntilKilled(random.nextInt(LATEST_KILL_MICROS));
      CheckpointStore store = CheckpointStore.open(folder, 2);
      Checkpoint newest = store.latest().orElseThrow();
      assertTrue(newest.step() >= finished, newest.step() + " is older than " + finished);
      for (Checkpoint checkpoint : store.all()) {
        CheckpointStore.verify(checkpoint.folder());
        assertHolds(checkpoint);
      }
      assertEquals(newest.folder().toRealPath(), folder.resolve("last").toRealPath());
      if (finished >= 3) { // every third one is marked before it counts as finished
        long best = store.best().orElseThrow().step();
        assertEquals(0, best % 3);
        assertTrue(best >= finished - finished % 3, best + " after " + finished);
      }
      assertEquals(List.of(), hiddenIn(folder));
    }
  }

  private static void assertHolds(Checkpoint checkpoint) throws IOException {
    long step = checkpoint.step();
    Path files = checkpoint.folder();
    assertEquals(Long.toString(step), Files.readString(files.resolve("step.txt")));
    assertArrayEquals(
        CheckpointWriterMain.content(step), Files.readAllBytes(files.resolve("model.bin")));
    assertArrayEquals(
        CheckpointWriterMain.content(-step),
        Files.readAllBytes(files.resolve("optimizer/state.bin")));
  }

  /** Kills a writer some time into its second write; returns the last step it had finished. */
  private long writeUntilKilled(int micros) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CheckpointWriterMain.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long finished = 0;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      int writes = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        if (words[0].equals("wrote")) {
          finished = Long.parseLong(words[1]);
        } else if (++writes == 2) {
          LockSupport.parkNanos(micros * 1000L);
          // SIGKILL. Through the handle, which leaves what the process still said to be read.
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertTrue(finished > 0, "the writer died before its first checkpoint");
    return finished;
  }

  private static List<String> hiddenIn(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("."))
          .toList();
    }
  }
}

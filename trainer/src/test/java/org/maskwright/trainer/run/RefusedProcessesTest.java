package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.loop.TrainingProcesses;

/**
 * Runs by processes, which are threads here, that do not fit: all end, each says what is wrong
 * where, and nothing is written.
 */
class RefusedProcessesTest {
  private static final String HASTY = "train.processes.timeout = 3";

  @TempDir private Path temp;

  private Path run() {
    return temp.resolve("run");
  }

  private List<Object> started(List<Rendezvous> places, IntFunction<String> settings)
      throws Exception {
    List<Callable<Object>> processes = new ArrayList<>();
    for (Rendezvous place : places) {
      ConfigFile config =
          ConfigFile.load(TinyRun.write(temp, settings.apply(place.rank())), List.of());
      processes.add(
          () -> {
            try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false)) {
              return TrainingRun.start(run(), config, silent, List.of(), () -> false, place);
            }
          });
    }
    return TrainingProcesses.ends(processes);
  }

  private static Rendezvous place(int rank, int size, int port) {
    return new Rendezvous(rank, size, size, "localhost", port);
  }

  /** The one message that all end with, the process's own error in those of a rank. */
  private static String message(List<Object> ends, Class<? extends Throwable> own) {
    String message = ((Throwable) ends.get(0)).getMessage();
    for (Object end : ends) {
      Throwable error = assertInstanceOf(own, end);
      assertEquals(message, error.getMessage());
    }
    return message;
  }

  private void assertNothingWritten() {
    assertTrue(Files.notExists(run()), "no folder of a run");
  }

  @Test
  void ofOtherDataBothFingerprintsAreNamed() throws Exception {
    Scenes.write(temp.resolve("one"), new ScenesConfig(3, 6, 3, 64, 64, 3));
    Scenes.write(temp.resolve("other"), new ScenesConfig(3, 5, 3, 64, 64, 3));
    String message =
        message(
            started(
                TrainingProcesses.places(3),
                rank ->
                    "data { scenes = null, root = \"%s\" }, train.batch-size = 3"
                        .formatted(temp.resolve(rank == 1 ? "other" : "one"))),
            ConfigException.class);
    assertTrue(message.startsWith("processes differ from process 0 of 3 (host "), message);
    assertTrue(message.contains("process 1 of 3 (host "), message);
    assertTrue(message.contains("): training data: "), message);
    assertTrue(message.contains(", 5 images, "), message);
    assertTrue(message.contains(", 6 images, "), message);
    assertTrue(!message.contains("process 2 of 3"), message);
    assertNothingWritten();
  }

  @Test
  void ofOtherSettingsBothValuesAreNamedAndPathsAndThreadsMayDiffer() throws Exception {
    String message =
        message(
            started(
                TrainingProcesses.places(2),
                rank ->
                    rank == 0
                        ? "engine.threads = 1"
                        : "engine.threads = 2, optimizer.clip-norm = 2, data.root = elsewhere"),
            ConfigException.class);
    assertTrue(message.contains("): optimizer.clip-norm: 2.0; first: 1.0"), message);
    assertTrue(!message.contains("threads") && !message.contains("root"), message);
    assertNothingWritten();
  }

  @Test
  void ofAnotherEngineBothAreNamed() throws Exception {
    String message =
        message(
            started(
                TrainingProcesses.places(2),
                rank -> "engine.backend = " + (rank == 0 ? "torch" : "nd4j")),
            ConfigException.class);
    assertTrue(message.contains("): engine.backend: nd4j; first: torch"), message);
    assertNothingWritten();
  }

  @Test
  void moreProcessesThanImagesInABatchAreRefused() throws Exception {
    String message =
        message(
            started(TrainingProcesses.places(2), rank -> "train.batch-size = 1"),
            ConfigException.class);
    assertTrue(message.contains("at least one image for each of the 2"), message);
    assertNothingWritten();
  }

  @Test
  void whatTheFirstIsRefusedForBeforeTheStartTheOthersAreTold() throws Exception {
    Files.createDirectories(run());
    Files.writeString(run().resolve("config.conf"), "");
    List<Object> ends = started(TrainingProcesses.places(2), rank -> "");
    ConfigException own = assertInstanceOf(ConfigException.class, ends.get(0));
    PeerException told = assertInstanceOf(PeerException.class, ends.get(1));
    assertEquals(ConfigException.class.getName(), told.kind());
    assertTrue(told.getMessage().startsWith("process 0 of 2 (host "), told.getMessage());
    assertTrue(told.getMessage().endsWith(" ended: " + own.getMessage()), told.getMessage());
    assertTrue(own.getMessage().contains("holds a run already"), own.getMessage());
  }

  @Test
  void whatAnotherIsRefusedForBeforeTheStartTheFirstIsTold() throws Exception {
    List<Object> ends =
        started(
            TrainingProcesses.places(2),
            rank -> rank == 0 ? "train.batch-size = 2" : "train.batch-size = none");
    ConfigException own = assertInstanceOf(ConfigException.class, ends.get(1));
    PeerException told = assertInstanceOf(PeerException.class, ends.get(0));
    assertEquals(ConfigException.class.getName(), told.kind());
    assertTrue(told.getMessage().startsWith("process 1 of 2 (host "), told.getMessage());
    assertTrue(told.getMessage().endsWith(" ended: " + own.getMessage()), told.getMessage());
    assertNothingWritten();
  }

  @Test
  void ofAnotherNumberOfProcessesBothNumbersAreNamed() throws Exception {
    int port = TrainingProcesses.freePort();
    List<Object> ends =
        started(List.of(place(0, 2, port), place(1, 3, port)), rank -> "train.batch-size = 3");
    String message = message(ends, PeerException.class);
    assertTrue(message.contains("expected the 2 processes that process 0 waits for"), message);
    assertTrue(message.contains("got 3; set WORLD_SIZE the same for all"), message);
    assertNothingWritten();
  }

  @Test
  void aProcessThatDoesNotComeIsNamedWhenTheTimeIsOver() throws Exception {
    int port = TrainingProcesses.freePort();
    String message =
        message(
            started(List.of(place(0, 3, port), place(2, 3, port)), rank -> HASTY),
            PeerException.class);
    assertTrue(message.contains("expected 3 processes within 3 s, got none of rank [1]"), message);
    assertNothingWritten();
  }

  @Test
  void anAbsentFirstProcessIsNamedByHostAndPortWhenTheTimeIsOver() throws Exception {
    int port = TrainingProcesses.freePort();
    String message =
        message(started(List.of(place(1, 2, port)), rank -> HASTY), PeerException.class);
    assertTrue(
        message.contains("process 1 of 2: expected process 0 at localhost port " + port), message);
    assertTrue(message.contains("within 3 s"), message);
    assertTrue(message.contains("check MASTER_ADDR and MASTER_PORT"), message);
    assertNothingWritten();
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int port = taken.getLocalPort();
      String message =
          message(started(List.of(place(0, 2, port)), rank -> HASTY), PeerException.class);
      assertTrue(message.contains("process 0 of 2: expected to listen on port " + port), message);
      assertTrue(message.contains("set MASTER_PORT to one that is free"), message);
      assertNothingWritten();
    }
  }
}

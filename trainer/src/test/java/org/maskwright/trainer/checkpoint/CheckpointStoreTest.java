package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.checkpoint.CheckpointStore.Checkpoint;

final class CheckpointStoreTest {
  @TempDir private Path folder;

  private static Checkpoint write(CheckpointStore store, long step) {
    return store.write(
        step,
        files -> {
          Files.writeString(files.resolve("model.txt"), "weights of step " + step);
          Files.createDirectory(files.resolve("state"));
          Files.writeString(files.resolve("state/random.txt"), "streams");
        });
  }

  private List<Long> steps(CheckpointStore store) {
    return store.all().stream().map(Checkpoint::step).toList();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void keepsTheNewestAndTheBest() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 2);
    write(store, 10);
    store.markBest(write(store, 20));
    write(store, 30);
    write(store, 40);
    write(store, 50);
    assertEquals(List.of(20L, 40L, 50L), steps(store));
    assertEquals(20, store.best().orElseThrow().step());
    assertEquals(50, store.latest().orElseThrow().step());
    assertEquals(
        "weights of step 50", Files.readString(folder.resolve("last").resolve("model.txt")));
    assertEquals(
        "weights of step 20", Files.readString(folder.resolve("best").resolve("model.txt")));
    store.markBest(store.latest().orElseThrow());
    write(store, 60);
    assertEquals(List.of(50L, 60L), steps(store));
    assertEquals(List.of("best", "last", "step-00000050", "step-00000060"), names());
  }

  @Test
  void openingPointsLastToTheNewestCheckpointAgain() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 3);
    write(store, 1);
    write(store, 2);
    Path last = folder.resolve("last");
    Files.delete(last);
    CheckpointStore.open(folder, 3);
    assertEquals("step-00000002", Files.readSymbolicLink(last).toString());
    // As a kill between the folder's name and the link leaves it.
    Files.delete(last);
    Files.createSymbolicLink(last, Path.of("step-00000001"));
    CheckpointStore.open(folder, 3);
    assertEquals("step-00000002", Files.readSymbolicLink(last).toString());
  }

  @Test
  void everythingIsForcedToTheDiskBeforeTheCheckpointHasItsName() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 3);
    List<String> forced = new ArrayList<>();
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withThreshold(Duration.ZERO).withoutStackTrace();
      recording.start();
      write(store, 7);
      recording.stop();
      Path dump = Files.createTempFile("forced", ".jfr");
      recording.dump(dump);
      for (RecordedEvent event : RecordingFile.readAllEvents(dump)) {
        if (event.getEventType().getName().equals("jdk.FileForce")) {
          forced.add(event.getString("path"));
        }
      }
      Files.delete(dump);
    }
    Path writing = folder.toAbsolutePath().resolve(".writing-step-00000007");
    List<String> content =
        List.of(
            writing + "/model.txt",
            writing + "/state/random.txt",
            writing + "/" + Checksums.FILE,
            writing + "/state",
            writing.toString());
    assertTrue(forced.containsAll(content), forced::toString);
    // The folder of names, after the rename and after the link.
    String names = folder.toAbsolutePath().toString();
    assertEquals(2, forced.stream().filter(names::equals).count(), forced::toString);
    assertTrue(forced.indexOf(names) > forced.lastIndexOf(writing.toString()), forced::toString);
  }

  @Test
  void anEmptyStoreHasNoCheckpoint() {
    CheckpointStore store = CheckpointStore.open(folder.resolve("a/b"), 1);
    assertTrue(store.latest().isEmpty());
    assertTrue(store.best().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFullDiskLeavesOlderCheckpointsAndSaysSo(boolean saidByTheWeightsWriter) throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 3);
    Checkpoint older = write(store, 10);
    var error =
        assertThrows(
            CheckpointException.class,
            () ->
                store.write(
                    20,
                    files -> {
                      Path file = files.resolve("model.bin");
                      Files.write(file, new byte[1000]);
                      var full = new IOException("No space left on device");
                      if (saidByTheWeightsWriter) {
                        throw OutputFile.failure(file, full);
                      }
                      throw full;
                    }));
    assertTrue(error.getMessage().contains("step-00000020: cannot be written"), error.getMessage());
    assertTrue(error.getMessage().contains("No space left on device"), error.getMessage());
    assertTrue(error.getMessage().contains("MiB are free"), error.getMessage());
    assertTrue(error.getMessage().contains(older.folder().toString()), error.getMessage());
    assertEquals(List.of("last", "step-00000010"), names());
    assertDoesNotThrow(() -> CheckpointStore.verify(older.folder()));
    assertEquals(20, write(store, 20).step());
  }

  @Test
  void aFailureOfTheWriterThatIsNoFileErrorIsPassedOn() {
    CheckpointStore store = CheckpointStore.open(folder, 3);
    assertThrows(
        IllegalStateException.class,
        () ->
            store.write(
                1,
                files -> {
                  throw new IllegalStateException("a closed tensor");
                }));
    assertTrue(CheckpointStore.open(folder, 3).latest().isEmpty());
    assertEquals(1, write(store, 1).step());
  }

  @Test
  void aChangedMissingOrExtraFileIsFoundAndNamed() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    Path changed = write(store, 1).folder().resolve("model.txt");
    Files.writeString(changed, "Weights of step 1");
    assertBroken(changed, "expected SHA-256");
    Path missing = write(store, 2).folder().resolve("state/random.txt");
    Files.delete(missing);
    assertBroken(missing, "missing");
    Path extra = write(store, 3).folder().resolve("extra.txt");
    Files.writeString(extra, "");
    assertBroken(extra, "not listed");
    Path hostile = write(store, 4).folder().resolve(Checksums.FILE);
    Files.writeString(hostile, "0".repeat(64) + "  ../../secret\n");
    assertBroken(hostile, "got: 0");
  }

  private void assertBroken(Path file, String problem) {
    Path checkpoint = folder.resolve(folder.relativize(file).getName(0));
    var error = assertThrows(CheckpointException.class, () -> CheckpointStore.verify(checkpoint));
    assertTrue(error.getMessage().contains(problem), error.getMessage());
    assertTrue(error.getMessage().contains(file.getFileName().toString()), error.getMessage());
  }

  @Test
  void verifyFollowsTheLinkAndRefusesWhatIsNoCheckpoint() {
    CheckpointStore store = CheckpointStore.open(folder, 1);
    write(store, 1);
    assertDoesNotThrow(() -> CheckpointStore.verify(folder.resolve("last")));
    assertThrows(CheckpointException.class, () -> CheckpointStore.verify(folder.resolve("none")));
    assertThrows(CheckpointException.class, () -> CheckpointStore.verify(folder));
  }

  @Test
  void whatAKilledProcessLeftIsRemovedOrFinished() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    write(store, 1);
    write(store, 2);
    // Killed while writing files; killed before the rename; killed while deleting.
    Files.createDirectory(folder.resolve(".writing-step-00000003"));
    Files.writeString(folder.resolve(".writing-step-00000003/model.txt"), "wei");
    Files.move(folder.resolve("step-00000002"), folder.resolve(".writing-step-00000002"));
    Files.createDirectory(folder.resolve(".deleting-step-00000000"));

    CheckpointStore opened = CheckpointStore.open(folder, 9);

    assertEquals(List.of(1L, 2L), steps(opened));
    assertEquals(List.of("last", "step-00000001", "step-00000002"), names());
    CheckpointStore.verify(folder.resolve("last"));
  }

  @Test
  void aFolderWithoutChecksumsIsNoCheckpoint() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    write(store, 1);
    Files.createDirectory(folder.resolve("step-00000002"));
    assertEquals(List.of(1L), steps(store));
  }

  @Test
  void writingAStepAgainReplacesIt() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    store.markBest(write(store, 1));
    Checkpoint again = store.write(1, files -> Files.writeString(files.resolve("new.txt"), "new"));
    assertEquals(List.of("best", "last", "step-00000001"), names());
    assertFalse(Files.exists(again.folder().resolve("model.txt")));
    CheckpointStore.verify(again.folder());
  }

  @Test
  void whereLinksWereCopiedAsFoldersTheyBecomeLinksAgain() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    store.markBest(write(store, 1));
    write(store, 2);
    for (String name : List.of("best", "last")) { // as cp -rL does
      Path link = folder.resolve(name);
      Path target = link.toRealPath();
      Files.delete(link);
      copy(target, link);
    }
    CheckpointStore copied = CheckpointStore.open(folder, 9);
    assertEquals(1, copied.best().orElseThrow().step());
    assertEquals(2, copied.latest().orElseThrow().step());
    assertEquals(List.of("best", "last", "step-00000001", "step-00000002"), names());
    assertTrue(Files.isSymbolicLink(folder.resolve("best")));
    assertEquals(3, write(copied, 3).step());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void aCheckpointSetAsideKeepsItsFilesAndCountsNoMore() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 1);
    write(store, 1);
    store.markBest(store.latest().orElseThrow());
    write(store, 2);
    Path aside = store.setAside(store.latest().orElseThrow());
    assertEquals("weights of step 2", Files.readString(aside.resolve("model.txt")));
    assertEquals(1, store.latest().orElseThrow().step());
    assertEquals(folder.resolve("step-00000001").toRealPath(), folder.resolve("last").toRealPath());
    write(store, 2);
    store.setAside(store.latest().orElseThrow());
    write(store, 2);
    store.setAside(store.latest().orElseThrow());
    assertEquals(
        List.of(
            "best",
            "broken-step-00000002",
            "broken-step-00000002-2",
            "broken-step-00000002-3",
            "last",
            "step-00000001"),
        names());
  }

  @Test
  void aStepWhoseWriteFailedIsWrittenAgain() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 3);
    assertThrows(
        IllegalStateException.class,
        () ->
            store.write(
                1,
                files -> {
                  Files.writeString(files.resolve("half.txt"), "");
                  throw new IllegalStateException("a closed tensor");
                }));
    Checkpoint again = write(store, 1);
    assertFalse(Files.exists(again.folder().resolve("half.txt")));
    assertDoesNotThrow(() -> CheckpointStore.verify(again.folder()));
  }

  @Test
  void numbersOutOfTheirRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> CheckpointStore.open(folder, 0));
    CheckpointStore store = CheckpointStore.open(folder, 1);
    assertEquals(folder.toAbsolutePath(), store.folder());
    assertEquals("step-00000000", write(store, 0).folder().getFileName().toString());
    assertThrows(IllegalArgumentException.class, () -> write(store, -1));
  }

  @Test
  void aStoreThatIsNoFolderIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    String message =
        assertThrows(CheckpointException.class, () -> CheckpointStore.open(file, 1)).getMessage();
    assertTrue(message.startsWith(file + ": cannot be opened"), message);
  }

  @Test
  void aLinkToWhatIsNoCheckpointIsNoBest() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 1);
    write(store, 1);
    Files.createSymbolicLink(folder.resolve("best"), Path.of("step-00000009"));
    assertTrue(store.best().isEmpty());
    Files.delete(folder.resolve("best"));
    Files.writeString(folder.resolve("best"), "");
    String message = assertThrows(CheckpointException.class, store::best).getMessage();
    assertTrue(message.contains("expected a link to a checkpoint"), message);
  }

  /** As {@code cp -rL} leaves it when the checkpoint itself is gone: the copy is all there is. */
  @Test
  void aCopyThatNoCheckpointEqualsIsKeptUnderAnotherName() throws IOException {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    store.markBest(write(store, 1));
    write(store, 2);
    Path best = folder.resolve("best");
    Files.delete(best);
    copy(folder.resolve("step-00000001"), best);
    Files.writeString(folder.resolve("step-00000001/model.txt"), "other weights");
    CheckpointStore.open(folder, 9);
    assertEquals(List.of("broken-best", "last", "step-00000001", "step-00000002"), names());
    assertEquals("weights of step 1", Files.readString(folder.resolve("broken-best/model.txt")));
  }

  @Test
  void aCheckpointThatIsGoneCannotBeSetAside() {
    CheckpointStore store = CheckpointStore.open(folder, 9);
    String message =
        assertThrows(
                CheckpointException.class,
                () -> store.setAside(new Checkpoint(3, folder.resolve("step-00000003"))))
            .getMessage();
    assertTrue(message.contains("cannot be renamed"), message);
  }
}

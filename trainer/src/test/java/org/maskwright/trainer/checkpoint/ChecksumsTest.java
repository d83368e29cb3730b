package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.modelzoo.weights.CheckpointException;

/** A folder's list of digests, and folders that are removed. */
class ChecksumsTest {
  /** SHA-256 of "abc", and of nothing (FIPS 180-2's example; printf abc | sha256sum). */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final String EMPTY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void twoFiles() throws IOException {
    folder = Files.createDirectories(temporary.resolve("checkpoint"));
    Files.createDirectories(folder.resolve("a"));
    Files.writeString(folder.resolve("b.txt"), "abc");
    Files.write(folder.resolve("a/c.txt"), new byte[0]);
  }

  private String list() throws IOException {
    return Files.readString(folder.resolve("SHA256SUMS"));
  }

  private void list(String text) throws IOException {
    Files.writeString(folder.resolve("SHA256SUMS"), text);
  }

  private static String refused(Runnable check) {
    return assertThrows(CheckpointException.class, check::run).getMessage();
  }

  private String broken() {
    return refused(() -> Checksums.verify(folder));
  }

  @Test
  void theListIsThatOfSha256sumInTheOrderOfTheNames() throws IOException {
    Checksums.write(folder);
    assertEquals(EMPTY + "  a/c.txt\n" + ABC + "  b.txt\n", list());
    Checksums.write(folder); // does not list itself
    assertEquals(EMPTY + "  a/c.txt\n" + ABC + "  b.txt\n", list());
    assertDoesNotThrow(() -> Checksums.verify(folder));
    Checksums.write(folder, List.of("b.txt"));
    assertEquals(ABC + "  b.txt\n", list());
  }

  @Test
  void aFileLongerThanOneReadIsDigestedToItsEnd() throws IOException {
    byte[] bytes = new byte[(1 << 20) + 1];
    Files.write(folder.resolve("large"), bytes);
    Checksums.write(folder);
    bytes[1 << 20] = 1;
    Files.write(folder.resolve("large"), bytes);
    assertTrue(broken().startsWith(folder.resolve("large") + ": is not what was written"));
  }

  @Test
  void whatIsWrongIsSaidWithTheFile() throws IOException {
    Checksums.write(folder);
    Files.writeString(folder.resolve("b.txt"), "");
    assertEquals(
        folder.resolve("b.txt")
            + ": is not what was written: expected SHA-256 "
            + ABC
            + ", got "
            + EMPTY
            + "; it is broken, use another. If you changed it on purpose, renew its line in"
            + " SHA256SUMS: (cd "
            + folder
            + " && sha256sum b.txt)",
        broken());
    list(EMPTY + "  a/c.txt\n" + EMPTY + "  b.txt\n");
    assertDoesNotThrow(() -> Checksums.verify(folder));
    Files.writeString(folder.resolve("d.txt"), "");
    assertEquals(
        folder.resolve("d.txt")
            + ": not listed in SHA256SUMS; the checkpoint is broken, use an older one",
        broken());
    Files.delete(folder.resolve("d.txt"));
    Files.delete(folder.resolve("a/c.txt"));
    assertEquals(
        folder.resolve("a/c.txt")
            + ": the file is missing; the checkpoint is broken, use an older one",
        broken());
  }

  @Test
  void aListThatIsNoneIsRefused() throws IOException {
    assertEquals(folder + ": not a checkpoint: it has no file SHA256SUMS", broken());
    for (String line :
        List.of(
            "",
            ABC + " b.txt",
            ABC.substring(1) + "  b.txt",
            ABC + "  ",
            ABC + "  ../checkpoint/b.txt",
            ABC + "  a/../../b.txt",
            ABC + "  " + folder.resolve("b.txt"))) {
      list(line + "\n");
      assertTrue(broken().contains("expected '<sha-256>  <file>' a line, got: " + line), broken());
    }
    Files.write(folder.resolve("SHA256SUMS"), new byte[] {(byte) 0xff});
    assertTrue(broken().contains("expected UTF-8"), broken());
  }

  @Test
  void someFilesAreCheckedWhereThereIsAListAndAllOfThemMustBeInIt() throws IOException {
    assertDoesNotThrow(() -> Checksums.verifyIfListed(folder, List.of("b.txt")));
    Checksums.write(folder, List.of("b.txt"));
    assertDoesNotThrow(() -> Checksums.verifyIfListed(folder, List.of("b.txt")));
    String message = refused(() -> Checksums.verifyIfListed(folder, List.of("b.txt", "a/c.txt")));
    assertTrue(message.startsWith(folder.resolve("a/c.txt") + ": not listed in SHA256SUMS. If"));
    assertTrue(message.endsWith("sha256sum a/c.txt)"), message);
    Files.writeString(folder.resolve("b.txt"), "abd");
    message = refused(() -> Checksums.verifyIfListed(folder, List.of("b.txt")));
    assertTrue(message.startsWith(folder.resolve("b.txt") + ": is not what was written"), message);
    Files.delete(folder.resolve("b.txt"));
    message = refused(() -> Checksums.verifyIfListed(folder, List.of("b.txt")));
    assertTrue(message.startsWith(folder + ": cannot be read"), message);
  }

  /** Each state between the writes of {@link Checksums#addLater} is one that is accepted. */
  @Test
  void aFileThatIsAddedLaterBreaksNoFolderWhereverTheProcessEnds() throws IOException {
    Path added = folder.resolve(ModelFolder.THRESHOLDS);
    Checksums.write(folder);
    String without = Files.readString(folder.resolve(Checksums.FILE));
    Files.writeString(added, "first");
    assertDoesNotThrow(() -> Checksums.verify(folder), "written, not yet listed");
    String message =
        refused(() -> Checksums.verifyIfListed(folder, List.of(ModelFolder.THRESHOLDS)));
    assertTrue(message.contains("not listed in SHA256SUMS"), message);

    Checksums.addLater(folder, ModelFolder.THRESHOLDS, "first");
    assertDoesNotThrow(() -> Checksums.verifyIfListed(folder, List.of(ModelFolder.THRESHOLDS)));
    Checksums.addLater(folder, ModelFolder.THRESHOLDS, "second");
    assertEquals("second", Files.readString(added));
    assertDoesNotThrow(() -> Checksums.verify(folder));
    String with = Files.readString(folder.resolve(Checksums.FILE));
    assertTrue(with.startsWith(without), "the other lines are what they were");

    Files.writeString(added, "changed");
    assertTrue(broken().contains("is not what was written"), broken());
    Files.writeString(folder.resolve(Checksums.FILE), without);
    assertDoesNotThrow(() -> Checksums.verify(folder), "changed, its line gone before");
    assertThrows(
        IllegalArgumentException.class, () -> Checksums.addLater(folder, "b.txt", "anything"));
  }

  @Test
  void aFolderWithoutAListGetsTheFileAlone() throws IOException {
    Checksums.addLater(folder, ModelFolder.THRESHOLDS, "first");
    assertEquals("first", Files.readString(folder.resolve(ModelFolder.THRESHOLDS)));
    assertFalse(Files.exists(folder.resolve(Checksums.FILE)));
  }

  @Test
  void aFolderIsRemovedWithItsLinksButNotWhatTheyPointTo() throws IOException {
    Path outside = Files.writeString(temporary.resolve("outside.txt"), "kept");
    Path other = Files.createDirectories(temporary.resolve("other"));
    Files.writeString(other.resolve("kept.txt"), "kept");
    Files.createSymbolicLink(folder.resolve("link"), outside);
    Files.createSymbolicLink(folder.resolve("a/folder"), other);
    DurableFiles.syncTree(temporary);
    DurableFiles.deleteTree(folder);
    assertFalse(Files.exists(folder));
    assertEquals("kept", Files.readString(outside));
    assertEquals("kept", Files.readString(other.resolve("kept.txt")));
    assertDoesNotThrow(() -> DurableFiles.deleteTree(folder), "it is gone already");
    Path dangling = Files.createSymbolicLink(temporary.resolve("dangling"), folder);
    DurableFiles.deleteTree(dangling);
    assertFalse(Files.isSymbolicLink(dangling));
    assertThrows(IOException.class, () -> DurableFiles.sync(folder.resolve("none")));
  }

  @Test
  void linksAreNoFilesOfACheckpoint() throws IOException {
    Checksums.write(folder);
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("b.txt"));
    assertDoesNotThrow(() -> Checksums.verify(folder));
  }
}

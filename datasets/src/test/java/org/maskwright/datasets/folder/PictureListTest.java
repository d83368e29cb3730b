package org.maskwright.datasets.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.DatasetException;

final class PictureListTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir Path temp;

  private Path root() throws IOException {
    return Files.createDirectories(temp.resolve("root"));
  }

  private static void touch(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void settle(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.filter(Files::isDirectory).toList()) {
        Files.setLastModifiedTime(path, LONG_AGO);
      }
    }
  }

  private static List<String> names(PictureList list) {
    return IntStream.range(0, list.size()).mapToObj(list::name).toList();
  }

  private PictureList list(Path root, int most) {
    return PictureList.of(DataFolder.of(root), List.of(temp.resolve("cache")), most);
  }

  private long files() throws IOException {
    Path cache = temp.resolve("cache");
    if (!Files.exists(cache)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(cache)) {
      return all.count();
    }
  }

  @Test
  void namesAreThoseOfTheFolderSortedInMemoryAndInAFile() throws IOException {
    Path root = root();
    for (String name :
        List.of(
            "a/b/z.jpg", "a/b/ä.PNG", "a.jpg", "a-1.png", "a/0.jpeg", "z.tif", "notes.txt",
            ".hidden.jpg", "a/.hidden/x.jpg", "c/only.txt", "a0.webp")) {
      touch(root.resolve(name));
    }
    settle(root);
    List<String> expected =
        DataFolder.of(root).filesBelow().stream().filter(Items::isPhotograph).toList();
    assertEquals(7, expected.size());
    assertEquals(expected, names(list(root, 1000)));
    assertEquals(0, files());
    assertEquals(expected, names(list(root, 3)));
    assertEquals(1, files());
    assertEquals(expected, names(list(root, 3)));
  }

  @Test
  void fileIsUsedAgainUntilAFolderChanges() throws IOException {
    Path root = root();
    touch(root.resolve("a/1.jpg"));
    touch(root.resolve("b/2.jpg"));
    settle(root);
    assertEquals(2, list(root, 1).size());
    Path file;
    try (Stream<Path> all = Files.list(temp.resolve("cache"))) {
      file = all.findFirst().orElseThrow();
    }
    Files.setLastModifiedTime(file, LONG_AGO);
    assertEquals(2, list(root, 1).size());
    assertEquals(LONG_AGO, Files.getLastModifiedTime(file), "not written again");
    touch(root.resolve("b/3.jpg"));
    assertEquals(List.of("a/1.jpg", "b/2.jpg", "b/3.jpg"), names(list(root, 1)));
    settle(root);
    list(root, 1);
    Files.delete(root.resolve("a/1.jpg"));
    assertEquals(List.of("b/2.jpg", "b/3.jpg"), names(list(root, 1)));
  }

  @Test
  void changeRightAfterTheListWasMadeIsSeen() throws IOException {
    Path root = root();
    touch(root.resolve("1.jpg"));
    touch(root.resolve("2.jpg"));
    FileTime now = Files.getLastModifiedTime(root);
    assertEquals(2, list(root, 1).size());
    touch(root.resolve("3.jpg"));
    Files.setLastModifiedTime(root, now); // as a clock of coarse ticks would leave it
    assertEquals(3, list(root, 1).size());
  }

  @Test
  void brokenFileIsMadeAnew() throws IOException {
    Path root = root();
    touch(root.resolve("1.jpg"));
    touch(root.resolve("2.jpg"));
    settle(root);
    list(root, 1);
    Path file;
    try (Stream<Path> all = Files.list(temp.resolve("cache"))) {
      file = all.findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, whole.length - 1, whole.length / 2}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertEquals(List.of("1.jpg", "2.jpg"), names(list(root, 1)));
    }
  }

  @Test
  void placeThatCannotBeWrittenIsPassedOver() throws IOException {
    Path root = root();
    touch(root.resolve("1.jpg"));
    touch(root.resolve("2.jpg"));
    touch(temp.resolve("file"));
    Path no = temp.resolve("file/cache");
    assertEquals(
        2,
        PictureList.of(DataFolder.of(root), List.of(no, temp.resolve("second")), 1).size());
    DatasetException e =
        assertThrows(
            DatasetException.class, () -> PictureList.of(DataFolder.of(root), List.of(no), 1));
    assertTrue(e.getMessage().contains("XDG_CACHE_HOME"), e.getMessage());
  }

  @Test
  void missingFolderAndCircleOfLinksAreErrors() throws IOException {
    assertThrows(DatasetException.class, () -> list(temp.resolve("none"), 1));
    Path root = root();
    touch(root.resolve("a/1.jpg"));
    Files.createSymbolicLink(root.resolve("a/loop"), root);
    assertEquals(List.of("a/1.jpg"), names(list(root, 9)));
    DatasetException e =
        assertThrows(
            DatasetException.class,
            () ->
                PictureList.of(new DataFolder(root, DataFolder.Links.FOLLOW), List.of(), 9));
    assertTrue(e.getMessage().contains("circle"), e.getMessage());
  }

  /** What a list of a million costs: little besides the file. */
  @Test
  void millionOfPicturesAreOnTheDisk() throws IOException {
    Path file = temp.resolve("million");
    long before = used();
    PictureList list = PictureList.ofFile(million(file));
    assertEquals(1_000_000, list.size());
    assertEquals("n00000999/picture_00999999.jpg", list.name(999_999));
    long sum = 0;
    for (int i = 0; i < 1_000_000; i += 97) {
      sum += list.name(i).length();
    }
    assertTrue(sum > 0);
    long grown = used() - before;
    assertTrue(grown < 64L << 20, grown + " bytes");
    assertEquals(1_000_000, list.size());
  }

  /** 1,000 pictures in each of 1,000 folders, as the list of them is written. */
  private static Path million(Path file) throws IOException {
    int count = 1_000_000;
    int folders = 1_000;
    int name = "picture_00000000.jpg".length();
    int folder = "n00000000".length();
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i < count; i++) {
        out.writeBytes("picture_%08d.jpg".formatted(i));
      }
      for (int i = 0; i < folders; i++) {
        out.writeBytes("n%08d".formatted(i));
      }
      int tables = out.size();
      for (int i = 0; i < count; i++) {
        out.writeInt((i + 1) * name);
      }
      for (int i = 0; i < count; i++) {
        out.writeInt(i / folders);
      }
      for (int i = 0; i < folders; i++) {
        out.writeLong(0);
        out.writeInt(count * name + (i + 1) * folder);
      }
      out.writeLong(tables);
      out.writeInt(count);
      out.writeInt(folders);
      out.writeInt(0x4D575031);
    }
    return file;
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}

package org.maskwright.trainer.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.DatasetException;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.output.OutputFolder;

class PhotographsTest {
  @TempDir private Path folder;

  private Path photo(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private static List<String> names(List<Photograph> found) {
    return found.stream().map(Photograph::name).toList();
  }

  @Test
  void photographsOfOneNameAreToldApartByTheirFolders() throws IOException {
    List<Photograph> found = Photographs.find(List.of(photo("a/x.png"), photo("b/x.png")));
    assertEquals(List.of("a/x.png", "b/x.png"), names(found));
    assertEquals(List.of("a/x", "b/x"), Photographs.outputNames(found));
  }

  @Test
  void photographsThatDifferInTheirEndingsDoNotOverwriteEachOthersResults() throws IOException {
    List<Photograph> found =
        Photographs.find(List.of(photo("x.jpg"), photo("x.png"), photo("x-2.jpg"), photo("d.d/y")));
    assertEquals(List.of("x", "x-2", "x-2-2", "d.d/y"), Photographs.outputNames(found));
  }

  @Test
  void onePhotographKeepsItsBareName() throws IOException {
    assertEquals(List.of("x.png"), names(Photographs.find(List.of(photo("a/b/x.png")))));
  }

  @Test
  void aFolderIsSearchedWithItsSubFoldersButNotInResults() throws IOException {
    photo("in/sub/x.JPG");
    photo("in/y.png");
    photo("in/notes.txt");
    photo("in/.hidden/z.png");
    OutputFolder.open(folder.resolve("in/out")).write("y.png", new byte[1]);
    assertEquals(
        List.of("sub/x.JPG", "y.png"), names(Photographs.find(List.of(folder.resolve("in")))));
  }

  @Test
  void aListNamesFilesAndFoldersRelativeToItsOwnFolder() throws IOException {
    photo("day/a/x.png");
    photo("day/b/y.png");
    Path elsewhere = photo("night/x.png");
    Path list = folder.resolve("day/mine.txt");
    Files.writeString(list, "# of one day\n\na/x.png\nmissing.png\nb\n" + elsewhere + "\n");
    assertEquals(
        List.of("day/a/x.png", "day/missing.png", "day/b/y.png", "night/x.png"),
        names(Photographs.find(List.of(list))));
  }

  @Test
  void aTextFileInAFolderIsNoList() throws IOException {
    photo("in/x.png");
    Files.writeString(folder.resolve("in/notes.txt"), "nothing.png");
    assertEquals(List.of("x.png"), names(Photographs.find(List.of(folder.resolve("in")))));
  }

  @Test
  void aListOfNothingIsRefused() throws IOException {
    Path list = Files.writeString(folder.resolve("none.txt"), "# nothing\n");
    String message =
        assertThrows(DatasetException.class, () -> Photographs.find(List.of(list))).getMessage();
    assertTrue(message.contains("none.txt"), message);
  }
}

package org.maskwright.trainer.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.files.OutputException;

class OutputFolderTest {
  private static final byte[] OLD = "old".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "newer".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  private String refusal() {
    return assertThrows(OutputRefusedException.class, () -> OutputFolder.open(folder)).getMessage();
  }

  @Test
  void aMissingFolderIsMadeWithItsFirstFile() throws IOException {
    Path out = folder.resolve("a/b");
    OutputFolder results = OutputFolder.open(out);
    assertFalse(Files.exists(out));
    assertEquals(out.resolve("x/1.png"), results.write("x/1.png", OLD));
    assertEquals("old", Files.readString(out.resolve("x/1.png")));
  }

  @Test
  void whatAnEarlierCommandWroteIsWrittenAnew() throws IOException {
    OutputFolder.open(folder).write("x/1.png", OLD);
    OutputFolder.open(folder).write("x/1.png", NEW);
    OutputFolder again = OutputFolder.open(folder);
    again.write("x/1.png", OLD);
    again.write("x/1.png", NEW);
    assertEquals("newer", Files.readString(folder.resolve("x/1.png")));
  }

  @Test
  void aFolderWithAFileOfTheUsersIsRefusedByItsName() throws IOException {
    Files.write(folder.resolve("holiday.jpg"), OLD);
    assertTrue(refusal().contains("holiday.jpg is there"), refusal());
    assertTrue(refusal().contains("choose another folder"), refusal());
  }

  @Test
  void otherFilesOfTheUsersStayAsTheyAre() throws IOException {
    Files.write(folder.resolve("notes.txt"), OLD);
    OutputFolder results = OutputFolder.open(folder);
    results.write("1.png", NEW);
    assertThrows(OutputRefusedException.class, () -> results.requireFree("2.png", "notes.txt"));
    assertThrows(OutputRefusedException.class, () -> results.delete("notes.txt"));
    assertEquals("old", Files.readString(folder.resolve("notes.txt")));
    results.delete("1.png");
    assertFalse(Files.exists(folder.resolve("1.png")));
  }

  @Test
  void aResultThatTheUserChangedIsTheUsers() throws IOException {
    OutputFolder.open(folder).write("1.png", OLD);
    Files.write(folder.resolve("1.png"), NEW);
    assertTrue(refusal().contains("1.png"), refusal());
  }

  @Test
  void aFileOfTheUsersAmongResultsIsNotOverwritten() throws IOException {
    OutputFolder.open(folder).write("x/1.png", OLD);
    Files.write(folder.resolve("x/2.png"), OLD);
    OutputFolder results = OutputFolder.open(folder);
    assertThrows(OutputRefusedException.class, () -> results.write("x/2.png", NEW));
    assertEquals("old", Files.readString(folder.resolve("x/2.png")));
  }

  @Test
  void resultsDoNotGoAmongPhotographsInASubFolder() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.write(folder.resolve("a/x.jpg"), OLD);
    OutputFolder results = OutputFolder.open(folder);
    assertThrows(OutputRefusedException.class, () -> results.requireFree("b/x.png", "a/x.png"));
    assertThrows(
        OutputRefusedException.class, () -> OutputFolder.open(folder).write("a/x.png", NEW));
    assertFalse(Files.exists(folder.resolve("a/x.png")));
  }

  @Test
  void aLinkInThePlaceOfAResultIsNotFollowed() throws IOException {
    Path photo = Files.write(folder.resolve("photo.png"), OLD);
    Path out = folder.resolve("out");
    OutputFolder.open(out).write("1.png", OLD);
    Files.delete(out.resolve("1.png"));
    Files.createSymbolicLink(out.resolve("1.png"), photo);
    assertThrows(OutputRefusedException.class, () -> OutputFolder.open(out));
  }

  @Test
  void aFileInThePlaceOfTheFolderIsRefused() throws IOException {
    Path file = Files.write(folder.resolve("file"), OLD);
    assertThrows(OutputRefusedException.class, () -> OutputFolder.open(file));
    assertThrows(OutputRefusedException.class, () -> OutputFolder.requireEmpty(file));
  }

  @Test
  void aLineOfTheListThatWasCutOffMakesNothingOurs() throws IOException {
    OutputFolder.open(folder).write("1.png", OLD);
    Files.writeString(folder.resolve(".maskwright-files"), "3 17");
    assertTrue(refusal().contains("1.png"), refusal());
  }

  @Test
  void whereAFileCannotBeWrittenItIsNamedAndNothingIsLeft() throws IOException {
    Files.write(folder.resolve(".x"), OLD);
    OutputFolder results = OutputFolder.open(folder);
    OutputException e = assertThrows(OutputException.class, () -> results.write(".x/1.png", NEW));
    assertTrue(e.getMessage().contains("1.png: cannot be written: "), e.getMessage());
    assertTrue(e.getMessage().contains("write to another folder"), e.getMessage());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(folder.resolve(".x")), left.toList());
    }
  }
}

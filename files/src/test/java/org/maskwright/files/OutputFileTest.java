package org.maskwright.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputFileTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aWrittenFileReplacesTheOldOneAndNothingElseIsLeft() throws IOException {
    Path file = folder.resolve("a/b.json");
    OutputFile.write(file, "old");
    OutputFile.writeDurably(file, "new \u4e2d");
    assertEquals("new \u4e2d", Files.readString(file));
    assertEquals(List.of("a"), names());
    try (Stream<Path> list = Files.list(folder.resolve("a"))) {
      assertEquals(List.of(file), list.toList());
    }
  }

  @Test
  void aWriteThatFailsHalfWayLeavesTheOldFileAndNoHalfOne() throws IOException {
    Path file = folder.resolve("result.json");
    OutputFile.write(file, "old");
    var error =
        assertThrows(
            OutputException.class,
            () ->
                OutputFile.writeDurably(
                    file,
                    channel -> {
                      OutputFile.writeFully(channel, java.nio.ByteBuffer.wrap(new byte[7]));
                      throw new IOException("No space left on device");
                    }));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of("result.json"), names());
    for (String part : List.of(file.toString(), "disk is full", "MiB are free", "free some")) {
      assertTrue(error.getMessage().contains(part), error.getMessage());
    }
  }

  @Test
  void aFullDeviceIsNamed() {
    Path full = Path.of("/dev/full");
    if (Files.isWritable(full)) {
      var error =
          assertThrows(
              IOException.class, () -> Files.writeString(full, "more than there is room for"));
      assertTrue(OutputFile.reason(full, error).contains("disk is full"), error.toString());
    }
  }

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    var error =
        assertThrows(OutputException.class, () -> OutputFile.write(taken.resolve("x"), "x"));
    assertTrue(error.getMessage().contains("expected a folder"), error.getMessage());
    assertThrows(OutputException.class, () -> OutputFile.write(folder, "x"));
  }

  @Test
  void whatIsNoRegularFileIsNotOpened() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertTrue(InputFile.problem(pipe).isEmpty(), "what is missing is left to the reader");
    assertTrue(InputFile.problem(Files.writeString(folder.resolve("file"), "")).isEmpty());
    assertTrue(InputFile.problem(folder).orElseThrow().contains("folder"));
    if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0) {
      assertTrue(InputFile.problem(pipe).orElseThrow().contains("pipe"));
    }
  }
}

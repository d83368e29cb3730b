package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScenesCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private int scenes(String... more) {
    String[] args = new String[more.length + 6];
    System.arraycopy(new String[] {"data", "scenes", "--images", "3", "--val", "2"}, 0, args, 0, 6);
    System.arraycopy(more, 0, args, 6, more.length);
    return run(args);
  }

  @Test
  void writesTheDataSetAndASheet() {
    Path dir = folder.resolve("scenes");
    Path sheet = folder.resolve("sheet.png");
    assertEquals(
        0,
        scenes("--out", dir.toString(), "--size", "64x48", "--sheet", sheet.toString()),
        err::toString);
    assertTrue(Files.exists(dir.resolve("annotations/instances_train.json")));
    assertTrue(Files.exists(dir.resolve("images/train/000000000003.jpg")));
    assertTrue(Files.exists(sheet));
    assertTrue(
        out.toString().contains("3 training and 2 validation scenes of 64 x 48"), out::toString);
  }

  @Test
  void impossibleSettingsAreWrongUsageAndAForeignFolderIsADataError() throws Exception {
    Path dir = Files.createDirectories(folder.resolve("photos"));
    Files.writeString(dir.resolve("a.txt"), "x");
    assertEquals(2, scenes("--out", dir.toString(), "--size", "64"));
    assertTrue(err.toString().contains("WxH"), err::toString);
    assertEquals(2, scenes("--out", dir.toString(), "--size", "4x4"));
    assertEquals(4, scenes("--out", dir.toString(), "--size", "64x48"));
  }
}

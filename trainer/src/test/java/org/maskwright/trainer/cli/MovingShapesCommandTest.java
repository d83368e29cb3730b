package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MovingShapesCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int run(String... more) {
    String[] args = new String[more.length + 6];
    String[] few = {"data", "moving-shapes", "--videos", "3", "--val", "2"};
    System.arraycopy(few, 0, args, 0, few.length);
    System.arraycopy(more, 0, args, few.length, more.length);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void writesADataSetThatIsRead() {
    Path dir = folder.resolve("shapes");
    assertEquals(0, run("--out", dir.toString(), "--size", "40"), err::toString);
    assertTrue(
        out.toString().contains("3 training and 2 validation videos of 8 frames of 40 x 40"),
        out::toString);
    assertTrue(Files.exists(dir.resolve("val/JPEGImages/100002/00007.png")));
    String[] check = {"data", "check", dir.toString(), "--type", "youtube-vis"};
    assertEquals(
        0,
        Maskwright.run(new PrintWriter(out), new PrintWriter(err), check),
        () -> out.toString() + err);
    assertTrue(out.toString().contains("24 images"), out::toString);
  }

  @Test
  void impossibleSettingsAreWrongUsageAndAForeignFolderIsADataError() throws Exception {
    Path dir = Files.createDirectories(folder.resolve("films"));
    Files.writeString(dir.resolve("a.txt"), "x");
    assertEquals(2, run("--out", dir.toString(), "--frames", "2"));
    assertTrue(err.toString().contains("frames: expected 4 to 1000, got 2"), err::toString);
    assertEquals(4, run("--out", dir.toString()));
  }
}

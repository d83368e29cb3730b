package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What docs/own-data.md and docs/data-sets.md tell to do with data of one's own, done. */
class OwnDataCommandsIT {
  @TempDir private Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(
        new PrintWriter(out),
        new PrintWriter(err),
        Arrays.stream(args).map(Object::toString).toArray(String[]::new));
  }

  private int train(Object... args) {
    List<Object> all = new ArrayList<>(List.of("train"));
    all.addAll(Arrays.asList(args));
    TrainFolderIT.SMALL.forEach(setting -> all.addAll(List.of("--set", setting)));
    return run(all.toArray());
  }

  private Path written(OwnLayout layout) throws IOException {
    Path folder = temp.resolve("data of mine");
    layout.write(new OwnLayout.Folder(folder));
    return folder;
  }

  /** Found out, right, planned for and convertible. */
  @ParameterizedTest
  @EnumSource(OwnLayout.class)
  void everyLayoutIsCheckedPlannedForAndConverted(OwnLayout layout) throws IOException {
    Path data = written(layout);
    assertEquals(0, run("data", "check", data), () -> out + "\n" + err);
    assertEquals(0, run("data", "stats", data), err::toString);
    if (layout != OwnLayout.MASKS_WITH_A_SUFFIX_IN_FOLDERS_OF_PARTS) { // it names no classes
      assertTrue(out.toString().contains("nut"), out::toString);
    }
    assertEquals(0, train(data, "--dry-run", "--steps", 2), err::toString);
    Path coco = temp.resolve("coco");
    assertEquals(0, run("data", "convert", data, "--to", "coco", "--out", coco), err::toString);
    assertEquals(0, run("data", "check", coco), () -> out + "\n" + err);
  }

  @Test
  void aFolderIsTrainedOnWithoutFurtherWords() throws IOException {
    Path run = temp.resolve("run");
    Path data = written(OwnLayout.YOLO);
    assertEquals(0, train(data, "--run-dir", run, "--set", "train.steps=2"), err::toString);
    Path best = run.resolve("checkpoints/best");
    Path photograph = data.resolve("images/val/p6.png");
    Path results = temp.resolve("out");
    assertEquals(0, run("eval", best), err::toString);
    assertEquals(0, run("predict", best, photograph, "--out", results), err::toString);
    assertTrue(Files.exists(results.resolve("p6.json")));
    assertTrue(Files.exists(run.resolve("report.html")));
  }

  @Test
  void minutesAndTaskAreAskedForByOptions() throws IOException {
    Path run = temp.resolve("run");
    Path data = written(OwnLayout.LABELME);
    int code =
        train(
            data,
            "--minutes",
            60,
            "--task",
            "semantic",
            "--run-dir",
            run,
            "--set",
            "train.steps=2");
    assertEquals(0, code, err::toString);
    assertTrue(Files.readString(run.resolve("plan.conf")).contains("task = semantic"));
  }
}

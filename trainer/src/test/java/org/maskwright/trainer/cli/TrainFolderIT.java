package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.trainer.run.TinyRun;

/** Training on a folder alone. */
class TrainFolderIT {
  static final List<String> SMALL =
      List.of(
          "engine.threads=1",
          "engine.device=cpu",
          "model.hidden-dim=32",
          "model.mask-dim=32",
          "model.backbone.resnet.width=8",
          "model.pixel-decoder.deformable.heads=2",
          "model.decoder.masked-attention.heads=2",
          "augment.lsj.height=64",
          "augment.lsj.width=64",
          "criterion.points.points=64");

  @TempDir private Path temp;
  private Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void draw() {
    data = temp.resolve("my scenes");
    Scenes.write(data, new ScenesConfig(1, 12, 3, 64, 48, 2));
  }

  private int train(Object... args) {
    List<String> all = new ArrayList<>(List.of("train"));
    Arrays.stream(args).map(Object::toString).forEach(all::add);
    SMALL.forEach(setting -> all.addAll(List.of("--set", setting)));
    return run(all.toArray(String[]::new));
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void aFolderIsTrainedOnAndItsPlanDoesTheSameAgain() throws IOException {
    Path run = temp.resolve("run");
    assertEquals(0, train(data, "--steps", 3, "--run-dir", run), err::toString);
    Path plan = run.resolve("plan.conf");
    String text = Files.readString(plan);
    assertTrue(text.contains("task = panoptic") && text.contains("train.steps = 3"), text);
    Path again = temp.resolve("again");
    assertEquals(0, run("train", plan.toString(), "--run-dir", again.toString()), err::toString);
    assertEquals(TinyRun.losses(run), TinyRun.losses(again));
  }

  @Test
  void aDryRunPrintsThePlanAndLeavesNothing() throws IOException {
    List<Path> before = files();
    assertEquals(0, train(data, "--task", "instance", "--minutes", 2, "--dry-run"), err::toString);
    Path plan = Files.writeString(temp.resolve("plan.conf"), out.toString());
    assertTrue(out.toString().contains("# time: "), out.toString());
    assertEquals(0, run("config", "check", plan.toString()), err::toString);
    Files.delete(plan);
    assertEquals(before, files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(temp)) {
      return all.sorted().toList();
    }
  }

  @Test
  void aTimeTooShortForAnythingIsSaidBeforeItStarts() throws IOException {
    List<Path> before = files();
    assertEquals(3, train(data, "--minutes", "0.0001"));
    assertTrue(err.toString().contains("minutes: expected at least"), err.toString());
    assertEquals(before, files());
  }

  @Test
  void whatBelongsToAFolderIsRefusedForAFile() throws IOException {
    Path file = Files.writeString(temp.resolve("a.conf"), "train.steps = 1");
    for (String option : List.of("--task=semantic", "--minutes=1", "--steps=2", "--dry-run")) {
      assertEquals(2, run("train", file.toString(), option));
      assertTrue(err.toString().contains("belongs to a folder"), err.toString());
    }
    assertEquals(2, run("train", data.toString(), "--minutes=1", "--steps=1"));
    assertEquals(2, run("train", data.toString(), "--task=panoramic"));
    assertTrue(err.toString().contains("panoptic"), err.toString());
    assertEquals(2, run("train", data.toString(), "--model=mask2former-small"));
    assertFalse(out.toString().contains("plan"), out.toString());
  }

  @Test
  void aFolderWithoutPicturesIsNoData() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertEquals(4, train(empty, "--steps", 2));
    assertTrue(err.toString().contains("no known layout"), err.toString());
  }
}

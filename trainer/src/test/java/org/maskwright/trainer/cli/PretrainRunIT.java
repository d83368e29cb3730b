package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.run.Console;
import org.maskwright.trainer.run.RunSummary;
import org.maskwright.trainer.run.TrainingRun;

/** From a folder of pictures to a backbone, and what is asked of it. */
class PretrainRunIT {
  private static final List<String> SMALL =
      List.of(
          "engine.threads=1",
          "engine.device=cpu",
          "data.workers=1",
          "train.batch-size=4",
          "model.backbone.resnet.width=8");

  @TempDir private Path temp;
  private Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Pictures of two colours that are lighter above. */
  @BeforeEach
  void draw() throws IOException {
    data = temp.resolve("my pictures");
    Random random = new Random(1);
    for (String part : List.of("train", "val")) {
      for (int k = 0; k < 2; k++) {
        Path folder = data.resolve(part).resolve(k == 0 ? "red" : "blue");
        Files.createDirectories(folder);
        for (int i = 0; i < 6; i++) {
          byte[] rgb = new byte[3 * 40 * 40];
          for (int p = 0; p < 40 * 40; p++) {
            rgb[3 * p + 2 * k] = (byte) (200 - p / 40 * 3 + random.nextInt(40));
          }
          Picture.ofRgb(rgb, 40, 40).writePng(folder.resolve(part + k + i + ".png"));
        }
      }
    }
  }

  private int pretrain(Object... args) {
    List<String> all = new ArrayList<>(List.of("pretrain"));
    Arrays.stream(args).map(Object::toString).forEach(all::add);
    SMALL.forEach(setting -> all.addAll(List.of("--set", setting)));
    return run(all.toArray());
  }

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(
        new PrintWriter(out),
        new PrintWriter(err),
        Arrays.stream(args).map(Object::toString).toArray(String[]::new));
  }

  @Test
  void aChainOfPretrainingsIsRecordedAndNormOnlyChangesNormalisationsAlone() throws IOException {
    Path base = temp.resolve("base");
    assertEquals(
        0, pretrain(data, "--task", "labels", "--steps", 3, "--run-dir", base), err::toString);
    assertTrue(out.toString().contains("init.backbone=" + base.resolve("backbone")), out::toString);
    assertTrue(Files.readString(base.resolve("plan.conf")).contains("data.normalization.mean"));
    Path rotated = temp.resolve("rotated");
    assertEquals(
        0,
        pretrain(
            data,
            "--task",
            "rotation",
            "--steps",
            2,
            "--init",
            base,
            "--train-only",
            "norm",
            "--run-dir",
            rotated),
        err::toString);
    Set<String> changed = changed(base, rotated);
    assertFalse(changed.isEmpty(), "normalisations have learnt");
    for (String name : changed) {
      assertTrue(name.contains("norm"), changed::toString);
    }
    Path last = temp.resolve("last");
    assertEquals(
        0,
        pretrain(
            data,
            "--task",
            "labels",
            "--steps",
            1,
            "--init",
            rotated.resolve("backbone"),
            "--run-dir",
            last),
        err::toString);
    String provenance = Files.readString(last.resolve("provenance.json"));
    int nearest = provenance.indexOf(rotated.resolve("backbone") + ", trained on pictures ");
    int first =
        provenance.indexOf(base.resolve("checkpoints/best") + ", trained on picture-classes ");
    assertTrue(nearest >= 0 && first > nearest, provenance);
  }

  /** Its plan binds, and a step of it can be taken: that is how its time is told. */
  @ParameterizedTest
  @ValueSource(
      strings = {"labels", "rotation", "mae", "r-mae", "moco", "simclr", "plrc", "clip", "slip"})
  void everyTaskIsPlannedForAFolder(String task) throws IOException {
    List<String> told = new ArrayList<>(List.of("image,caption"));
    for (String part : List.of("train", "val")) {
      for (int i = 0; i < 12; i++) {
        String colour = i < 6 ? "red" : "blue";
        told.add("%s/%s/%s%d%d.png,a %s one".formatted(part, colour, part, i / 6, i % 6, colour));
      }
    }
    Files.write(data.resolve("captions.csv"), told);
    assertEquals(0, pretrain(data, "--task", task, "--steps", 2, "--dry-run"), err::toString);
    assertTrue(out.toString().contains("train.task.type = " + task), out::toString);
    assertTrue(out.toString().contains("# time:"), out::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels", "rotation"})
  void aRunThatWasStoppedGoesOnToTheSameBits(String task) throws IOException {
    Path whole = temp.resolve("whole");
    assertEquals(
        0, pretrain(data, "--task", task, "--steps", 4, "--run-dir", whole), err::toString);
    Path stopped = temp.resolve("stopped");
    int[] asked = {0};
    try (Console silent = new Console(new PrintWriter(Writer.nullWriter()), false)) {
      RunSummary half =
          TrainingRun.start(
              stopped,
              ConfigFile.load(whole.resolve("plan.conf"), List.of()),
              silent,
              List.of(),
              () -> ++asked[0] >= 2);
      assertTrue(half.interrupted() && half.step() < 4, "stopped at " + half.step());
    }
    assertEquals(0, run("pretrain", "--resume", stopped), err::toString);
    assertEquals(Set.of(), changed(whole, stopped));
  }

  private static Set<String> changed(Path a, Path b) {
    StateDict before = Safetensors.read(a.resolve("backbone/model.safetensors"));
    StateDict after = Safetensors.read(b.resolve("backbone/model.safetensors"));
    assertEquals(before.keys(), after.keys());
    Set<String> out = new TreeSet<>();
    for (String name : before.keys()) {
      if (!before.get(name).bytes().equals(after.get(name).bytes())) {
        out.add(name);
      }
    }
    return out;
  }

  @Test
  void probesAndTheChoiceOfTheBestReadRuns() throws IOException {
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    assertEquals(
        0, pretrain(data, "--task", "labels", "--steps", 2, "--run-dir", one), err::toString);
    assertEquals(
        0, pretrain(data, "--task", "rotation", "--steps", 2, "--run-dir", two), err::toString);
    for (String kind : List.of("linear", "knn", "rotation")) {
      assertEquals(
          0, run("probe", kind, one, two, data, "--size", 32, "--threads", 1), err::toString);
      assertTrue(out.toString().contains("asked about 12 others"), out::toString);
    }
    assertTrue(err.toString().contains("it was trained to tell rotations"), err::toString);
    String json = "--json=" + temp.resolve("s.json");
    assertEquals(
        0,
        run("select", one, two, "--data", data, "--size", 32, "--threads", 1, json),
        err::toString);
    assertTrue(Files.readString(temp.resolve("s.json")).contains("\"best\""));
    assertTrue(run("select", one, two, "--by", "info-nce") != 0);
    assertTrue(err.toString().contains("expected the loss of a contrast"), err::toString);
  }

  @Test
  void whatCannotBeLearntFromIsNamedBeforeTheFirstStep() throws IOException {
    assertTrue(pretrain(data, "--task", "label") != 0);
    assertTrue(err.toString().contains("did you mean labels?"), err::toString);
    assertTrue(pretrain(data) != 0);
    assertTrue(err.toString().contains("--task: expected one of"), err::toString);
    Path empty = Files.createDirectories(temp.resolve("empty"));
    assertTrue(pretrain(empty, "--task", "rotation") != 0);
    assertTrue(err.toString().contains("expected photographs"), err::toString);
    Path single = Files.createDirectories(temp.resolve("single"));
    Picture.ofRgb(new byte[3 * 40 * 40], 40, 40).writePng(single.resolve("a.png"));
    assertTrue(pretrain(single, "--task", "rotation") != 0);
    assertTrue(err.toString().contains("expected at least 2 pictures"), err::toString);
    assertTrue(pretrain(single, "--task", "labels") != 0);
    assertTrue(err.toString().contains("expected pictures with a class each"), err::toString);
    assertTrue(run("probe", "linear", temp, single) != 0);
    assertTrue(err.toString().contains("expected pictures with a class each"), err::toString);
    assertFalse(Files.exists(Path.of("runs")), "nothing was begun");
  }
}

package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.run.RealProcesses.Ended;
import org.maskwright.trainer.run.RealProcesses.Start;

/** Whole runs by several processes, each a Java of its own. */
@Timeout(1800)
@EnabledIfSystemProperty(
    named = "maskwright.processes",
    matches = "true",
    disabledReason = "some thirty processes: see docs/testing.md")
class ProcessesIT {
  private static final String MORE =
      """
      train { batch-size = 4, steps = 6, checkpoint-every = 2, processes { timeout = 300, sync-batch-norm = true } }
      optimizer { ema-decay = 0.9, learning-rate = 1.0e-3, clip-norm = 1, base { type = sgd, sgd.momentum = 0.9 } }
      eval { every = 3, tasks = [semantic], best = semantic.mIoU, samples = 1, limit = 2 }
      """;

  private static final int CONFIG = 3;
  private static final int DATA = 4;
  private static final int OUTPUT = 7;
  private static final int PEER = 10;
  private static final int SIGKILL = 137;

  @TempDir private Path temp;

  private static Console silent() {
    return new Console(new PrintWriter(new StringWriter()), false);
  }

  /** A run of some processes, from where it stands to its end. */
  private void run(Path run, Path config, int size) throws Exception {
    run(run, config, size, -1, 0, "ended after 6");
  }

  /** One in which a process is asked to stop after so many steps. */
  private void run(Path run, Path config, int size, int stopping, int after, String expected)
      throws Exception {
    for (Ended end :
        RealProcesses.run(
            temp,
            size,
            rank ->
                Start.of(
                    StoppingTraining.class,
                    run.toString(),
                    config.toString(),
                    String.valueOf(rank == stopping ? after : 0)))) {
      assertEquals(0, end.code(), end::toString);
      assertTrue(end.out().contains(expected), end::toString);
    }
  }

  private static void assertLosses(Path expected, Path got) throws IOException {
    List<String> one = TinyRun.losses(expected);
    List<String> other = TinyRun.losses(got);
    assertEquals(one.size(), other.size());
    for (int i = 0; i < one.size(); i++) {
      String[] a = one.get(i).split(" ", -1);
      String[] b = other.get(i).split(" ", -1);
      assertEquals(a[0], b[0]);
      double loss = Double.parseDouble(a[1]);
      assertEquals(loss, Double.parseDouble(b[1]), 1e-4 * loss, "step " + a[0]);
    }
  }

  private static String loaderState(Path run) throws IOException {
    String state = Files.readString(run.resolve("checkpoints/step-00000006/state.conf"));
    Matcher m = Pattern.compile("loader \\{.*?\\n\\}", Pattern.DOTALL).matcher(state);
    assertTrue(m.find(), state);
    return m.group();
  }

  @Test
  void runsOfOneTwoAndChangingNumbersOfProcessesAreOneRun() throws Exception {
    Path config = TinyRun.write(temp, MORE);
    Path alone = temp.resolve("alone");
    run(alone, config, 1);
    Path two = temp.resolve("two");
    run(two, config, 2);
    assertLosses(alone, two);
    assertEquals(loaderState(alone), loaderState(two));
    assertTrue(Files.exists(two.resolve("report.html")));

    // The same bits with a stop, which another process than the first is asked for, in between.
    Path stopped = temp.resolve("stopped");
    run(stopped, config, 2, 1, 3, "stopped after 3");
    run(stopped, config, 2);
    String last = "checkpoints/step-00000006";
    assertSameFiles(
        two.resolve(last),
        stopped.resolve(last),
        "model.safetensors",
        "raw.safetensors",
        "optimizer.safetensors");
    assertEquals(TinyRun.losses(two), TinyRun.losses(stopped));

    Path changing = temp.resolve("changing");
    run(changing, config, 3, 0, 2, "stopped after 2");
    run(changing, config, 1);
    assertLosses(alone, changing);
    assertEquals(loaderState(alone), loaderState(changing));
  }

  /** What two processes with some settings of their own end with. */
  private List<Ended> unlike(String first, String second) throws Exception {
    Path one = TinyRun.write(temp, MORE + first);
    Path other = TinyRun.write(temp, MORE + second);
    return RealProcesses.run(temp, 2, rank -> training(rank == 0 ? one : other, "run"));
  }

  private Start training(Path config, String run) {
    return Start.of(
        Maskwright.class, "train", config.toString(), "--run-dir", temp.resolve(run).toString());
  }

  @Test
  void processesOfDifferentSettingsAreRefusedAndTheDifferenceNamed() throws Exception {
    for (Ended end : unlike("", "optimizer.learning-rate = 0.5")) {
      assertEquals(CONFIG, end.code(), end::toString);
      assertTrue(end.err().contains("process 1 of 2 (host "), end::toString);
      assertTrue(end.err().contains("optimizer.learning-rate: 0.5; first: 0.001"), end::toString);
    }
    assertTrue(Files.notExists(temp.resolve("run")), "nothing is written");
  }

  @Test
  void processesOfDifferentDataAreRefusedAndTheDifferenceNamed() throws Exception {
    String given = "data { scenes = null, root = \"%s\" }";
    Scenes.write(temp.resolve("one"), new ScenesConfig(3, 6, 3, 64, 64, 3));
    Scenes.write(temp.resolve("other"), new ScenesConfig(3, 5, 3, 64, 64, 3));
    for (Ended end :
        unlike(given.formatted(temp.resolve("one")), given.formatted(temp.resolve("other")))) {
      assertEquals(CONFIG, end.code(), end::toString);
      assertTrue(end.err().contains("training data: "), end::toString);
      assertTrue(end.err().contains(", 5 images, "), end::toString);
    }
  }

  @Test
  void aProcessOnAnotherInstructionSetIsRefusedAndNamed() throws Exception {
    Start train = training(TinyRun.write(temp, MORE), "run");
    Map<String, String> older = Map.of("ATEN_CPU_CAPABILITY", "default");
    for (Ended end :
        RealProcesses.run(
            temp,
            2,
            rank -> new Start(train.main(), train.arguments(), rank == 1 ? older : Map.of()))) {
      assertEquals(CONFIG, end.code(), end::toString);
      assertTrue(end.err().contains("process 1 of 2 (host "), end::toString);
      assertTrue(end.err().contains("engine: LibTorch"), end::toString);
    }
  }

  @Test
  void onlyTheFirstProcessNeedsADiskForTheRun() throws Exception {
    Path config = TinyRun.write(temp, MORE);
    Path nowhere = Path.of("/dev/null/run");
    for (Ended end :
        RealProcesses.run(
            temp,
            2,
            rank ->
                Start.of(
                    Maskwright.class,
                    "train",
                    config.toString(),
                    "--run-dir",
                    (rank == 0 ? temp.resolve("run") : nowhere).toString()))) {
      assertEquals(0, end.code(), end::toString);
    }
    for (Ended end :
        RealProcesses.run(temp, 2, rank -> training(config, rank == 0 ? "/dev/null/run" : "run"))) {
      assertEquals(OUTPUT, end.code(), end::toString);
      assertTrue(end.err().contains("/dev/null"), end::toString);
    }
  }

  @Test
  void aProcessThatIsRefusedBeforeTheStartTellsTheOthers() throws Exception {
    Path taken = temp.resolve("run");
    Files.createDirectories(taken);
    Files.writeString(taken.resolve("config.conf"), "");
    for (Ended end : unlike("", "")) {
      assertEquals(CONFIG, end.code(), end::toString);
      assertTrue(end.err().contains("holds a run already"), end::toString);
    }
  }

  @Test
  void moreProcessesThanImagesInABatchAreRefused() throws Exception {
    for (Ended end : unlike("train.batch-size = 1", "train.batch-size = 1")) {
      assertTrue(end.err().contains("at least one image for each of the 2"), end::toString);
    }
  }

  private static void assertSameFiles(Path one, Path other, String... names) throws IOException {
    for (String name : names) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve(name)), Files.readAllBytes(other.resolve(name)), name);
    }
  }

  @Test
  void aDividedOptimizerIsSavedWholeAndResumedByAnyNumberOfProcesses() throws Exception {
    Path config = TinyRun.write(temp, MORE + "train.shard-optimizer = true");
    Path whole = temp.resolve("whole");
    run(whole, TinyRun.write(temp, MORE), 2);
    Path divided = temp.resolve("divided");
    run(divided, config, 2, 0, 3, "stopped after 3");
    run(divided, config, 2); // goes on from what the other held
    String last = "checkpoints/step-00000006";
    assertSameFiles(
        whole.resolve(last),
        divided.resolve(last),
        "model.safetensors",
        "raw.safetensors",
        "optimizer.safetensors");
    assertEquals(TinyRun.losses(whole), TinyRun.losses(divided));

    Path changing = temp.resolve("changing");
    run(changing, config, 3, 1, 2, "stopped after 2");
    run(changing, config, 1, 0, 2, "stopped after 4");
    run(changing, config, 2);
    assertLosses(whole, changing);
  }

  @Test
  void evaluationsAndPredictionsOfProcessesAreThoseOfOne() throws Exception {
    Path config = TinyRun.write(temp, "train.steps = 2");
    Path run = temp.resolve("run");
    TrainingRun.start(run, ConfigFile.load(config, List.of()), silent(), List.of(), () -> false);
    String model = run.resolve("checkpoints/last").toString();
    Path photographs = temp.resolve("scenes/images/train");
    Files.writeString(photographs.resolve("broken.jpg"), "no picture");
    for (int size : new int[] {1, 2}) {
      String n = String.valueOf(size);
      Said eval = new Said();
      String out = temp.resolve("eval" + n).toString();
      assertEquals(0, eval.run("eval", model, "--out", out, "--processes", n), eval.err::toString);
      Said predict = new Said();
      out = temp.resolve("predict" + n).toString();
      int code =
          predict.run(
              "predict",
              model,
              photographs.toString(),
              "--task=instance",
              "--threshold=0",
              "--format=coco",
              "--processes=" + n,
              "--out=" + out);
      assertEquals(DATA, code, predict.err::toString);
      assertTrue(
          predict.err.toString().contains("1 of 7 photographs cannot be read:"),
          predict.err::toString);
    }
    assertSameFolders(temp.resolve("eval1"), temp.resolve("eval2"));
    assertSameFolders(temp.resolve("predict1"), temp.resolve("predict2"));
  }

  /** But for what tells when, how fast and by what command a file was made. */
  private static void assertSameFolders(Path one, Path other) throws IOException {
    List<String> names = names(one);
    assertEquals(names, names(other));
    for (String name : names) {
      if (!name.endsWith("report.html") && !name.endsWith("evaluation.json")) {
        assertSameFiles(one, other, name);
      }
    }
    Path evaluation = one.resolve("evaluation.json");
    if (Files.exists(evaluation)) {
      String seconds = "\"seconds\":[^,]*,";
      assertEquals(
          Files.readString(evaluation).replaceFirst(seconds, ""),
          Files.readString(other.resolve("evaluation.json")).replaceFirst(seconds, ""));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static final class Said {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    int run(String... words) {
      return Maskwright.run(new PrintWriter(out), new PrintWriter(err), words);
    }
  }

  @Test
  void theCommandLineStartsProcessesThatTrainOneRun() throws Exception {
    Path config = TinyRun.write(temp, MORE);
    Path run = temp.resolve("run");
    Said said = new Said();
    int code =
        said.run(
            "train", config.toString(), "--run-dir", run.toString(), "--processes", "2", "--json");
    assertEquals(0, code, said.err::toString);
    assertTrue(said.out.toString().strip().startsWith("{"), said.out::toString);
    assertTrue(said.err.toString().contains("[0] process 1 of 2 (host "), said.err::toString);
    assertTrue(said.err.toString().contains("[0] step=6 "), said.err::toString);
    assertEquals(6, TinyRun.losses(run).size());
  }

  @Test
  void aProcessThatIsKilledEndsTheOthersAndTheRunGoesOnAfterwards() throws Exception {
    Path config = TinyRun.write(temp, MORE + "train { steps = 2000, checkpoint-every = 1 }");
    Path run = temp.resolve("run");
    try (RealProcesses all = RealProcesses.start(temp, 3, rank -> training(config, "run"))) {
      all.await(() -> all.err(0).contains("step=3 "));
      all.kill(1);
      List<Ended> ends = all.ends();
      assertEquals(SIGKILL, ends.get(1).code());
      for (int rank : new int[] {0, 2}) {
        String err = ends.get(rank).err();
        assertEquals(PEER, ends.get(rank).code(), err);
        assertTrue(err.contains("process 1 of 3 (host "), err);
        assertTrue(err.contains("ended without saying why"), err);
      }
    }
    AtomicInteger asked = new AtomicInteger();
    RunSummary more =
        TrainingRun.resume(run, silent(), List.of(), () -> asked.incrementAndGet() == 2);
    assertTrue(more.interrupted() && more.step() >= 4, more::toString);
  }

  @Test
  void ofAProcessThatIsKilledTheCommandHasTheExitCode() throws Exception {
    Path config = TinyRun.write(temp, MORE + "train { steps = 2000, checkpoint-every = 1 }");
    Path run = temp.resolve("run");
    Said said = new Said();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () ->
                said.run(
                    "train", config.toString(), "--run-dir", run.toString(), "--processes", "2"));
    while (!said.err.toString().contains("step=1 ")) {
      assertTrue(!code.isDone(), said.err::toString);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    List<ProcessHandle> children = ProcessHandle.current().children().toList();
    assertEquals(2, children.size());
    children.get(1).destroyForcibly();
    assertEquals(SIGKILL, code.get());
    assertTrue(said.err.toString().contains("was ended by signal 9"), said.err::toString);
    assertTrue(children.stream().noneMatch(ProcessHandle::isAlive), "all have ended");
  }
}

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
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.runtime.NativeCache;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.run.RealProcesses.Ended;
import org.maskwright.trainer.run.RealProcesses.Start;

/**
 * Whole runs by several processes, each a Java of its own, beside a run by this one. What processes
 * refuse, and what they compute, is held where they are threads: {@link RefusedProcessesTest},
 * {@link org.maskwright.trainer.loop.ProcessesTest}.
 */
@Timeout(1800)
class ProcessesIT {
  private static final String MORE =
      """
      train { batch-size = 4, steps = 6, checkpoint-every = 2, processes.sync-batch-norm = true }
      optimizer { ema-decay = 0.9, learning-rate = 1.0e-3, clip-norm = 1, base { type = sgd, sgd.momentum = 0.9 } }
      eval { every = 3, tasks = [semantic], best = semantic.mIoU, samples = 1, limit = 2 }
      """;

  private static final String DIVIDED = "train.shard-optimizer = true";
  private static final String LONG = "train { steps = 20000, checkpoint-every = 20000 }";

  private static final int CONFIG = 3;
  private static final int DATA = 4;
  private static final int OUTPUT = 7;
  private static final int PEER = 10;
  private static final int SIGKILL = 137;

  @TempDir private static Path shared;
  private static Path alone; // a run by this process
  private static Path two; // one by two, started by the command line
  private static final Said SAID = new Said(); // by it

  @TempDir private Path temp;

  @BeforeAll
  static void train() throws Exception {
    Path config = TinyRun.write(shared, MORE);
    alone = shared.resolve("alone");
    TrainingRun.start(alone, ConfigFile.load(config, List.of()), silent(), List.of(), () -> false);
    two = shared.resolve("two");
    int code =
        SAID.run(
            "train", config.toString(), "--run-dir", two.toString(), "--processes", "2", "--json");
    assertEquals(0, code, SAID.err::toString);
  }

  private static final class Said {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    int run(String... words) {
      return Maskwright.run(new PrintWriter(out), new PrintWriter(err), words);
    }
  }

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
    run(rank -> run, config, size, stopping, after, expected);
  }

  private void run(
      IntFunction<Path> run, Path config, int size, int stopping, int after, String expected)
      throws Exception {
    for (Ended end :
        RealProcesses.run(
            temp,
            size,
            rank ->
                Start.of(
                    StoppingTraining.class,
                    run.apply(rank).toString(),
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

  private static void assertSameFiles(Path one, Path other, String... names) throws IOException {
    for (String name : names) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve(name)), Files.readAllBytes(other.resolve(name)), name);
    }
  }

  /** The bits that were learnt, and the losses on the way. */
  private static void assertSameRun(Path one, Path other) throws IOException {
    String last = "checkpoints/step-00000006";
    assertSameFiles(
        one.resolve(last),
        other.resolve(last),
        "model.safetensors",
        "raw.safetensors",
        "optimizer.safetensors");
    assertEquals(TinyRun.losses(one), TinyRun.losses(other));
  }

  @Test
  void theRunOfTwoProcessesIsThatOfOne() throws Exception {
    assertLosses(alone, two);
    assertEquals(loaderState(alone), loaderState(two));
    assertTrue(Files.exists(two.resolve("report.html")));
  }

  @Test
  void theCommandLineSaysWhatItsProcessesSay() throws Exception {
    assertTrue(SAID.out.toString().strip().startsWith("{"), SAID.out::toString);
    assertTrue(SAID.err.toString().contains("[0] process 1 of 2 (host "), SAID.err::toString);
    assertTrue(SAID.err.toString().contains("[0] step=6 "), SAID.err::toString);
    assertEquals(6, TinyRun.losses(two).size());
  }

  @Test
  void aRunThatAnotherProcessThanTheFirstStopsGoesOnToTheSameBits() throws Exception {
    Path config = TinyRun.write(shared, MORE);
    Path stopped = temp.resolve("stopped");
    run(stopped, config, 2, 1, 3, "stopped after 3");
    run(stopped, config, 2);
    assertSameRun(two, stopped);
  }

  @Test
  void ofADividedOptimizerTheFirstProcessSavesTheWholeAndTheOthersNeedNoDisk() throws Exception {
    Path config = TinyRun.write(shared, MORE + DIVIDED);
    Path divided = temp.resolve("divided");
    Path nowhere = Path.of("/dev/null/run");
    run(rank -> rank == 0 ? divided : nowhere, config, 2, -1, 0, "ended after 6");
    assertSameRun(two, divided);
  }

  @Test
  void aRunOfADividedOptimizerGoesOnWithAnyNumberOfProcesses() throws Exception {
    Path config = TinyRun.write(shared, MORE + DIVIDED);
    Path changing = temp.resolve("changing");
    run(changing, config, 3, 0, 2, "stopped after 2");
    AtomicInteger asked = new AtomicInteger();
    RunSummary one =
        TrainingRun.resume(changing, silent(), List.of(), () -> asked.incrementAndGet() == 2);
    assertEquals(4, one.step());
    run(changing, config, 2);
    assertLosses(alone, changing);
    assertEquals(loaderState(alone), loaderState(changing));
  }

  private Start training(Path config, String run) {
    return Start.of(
        Maskwright.class, "train", config.toString(), "--run-dir", temp.resolve(run).toString());
  }

  @Test
  void aProcessOnAnotherInstructionSetIsRefusedAndNamed() throws Exception {
    Start train = training(TinyRun.write(shared, MORE), "run");
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
    assertTrue(Files.notExists(temp.resolve("run")), "nothing is written");
  }

  @Test
  void aFolderThatTheFirstProcessCannotMakeEndsAllWithItsReason() throws Exception {
    Path config = TinyRun.write(shared, MORE);
    for (Ended end :
        RealProcesses.run(temp, 2, rank -> training(config, rank == 0 ? "/dev/null/run" : "run"))) {
      assertEquals(OUTPUT, end.code(), end::toString);
      assertTrue(end.err().contains("/dev/null"), end::toString);
    }
  }

  @Test
  void aProcessWithoutDiskForItsLibrariesSaysSoAndTheOthersNameItWhenTheTimeIsOver()
      throws Exception {
    Start train = training(TinyRun.write(shared, MORE + "train.processes.timeout = 3"), "run");
    Map<String, String> noDisk =
        Map.of(
            "JAVA_TOOL_OPTIONS",
            "-D"
                + NativeCache.PROPERTY
                + "=/dev/null/x -Duser.home=/dev/null/x"
                + " -Djava.io.tmpdir=/dev/null/x");
    List<Ended> ends =
        RealProcesses.run(
            temp,
            2,
            rank -> new Start(train.main(), train.arguments(), rank == 1 ? noDisk : Map.of()));
    assertEquals(CONFIG, ends.get(1).code(), ends.get(1)::toString);
    assertTrue(ends.get(1).err().contains("no folder for native libraries"), ends.get(1)::toString);
    assertEquals(PEER, ends.get(0).code(), ends.get(0)::toString);
    assertTrue(ends.get(0).err().contains("got none of rank [1]"), ends.get(0)::toString);
    assertTrue(Files.notExists(temp.resolve("run")), "nothing is written");
  }

  @Test
  void evaluationsAndPredictionsOfProcessesAreThoseOfOne() throws Exception {
    String model = two.resolve("checkpoints/last").toString();
    Path photographs = Files.createDirectories(temp.resolve("photographs"));
    try (Stream<Path> images = Files.list(shared.resolve("scenes/images/val"))) {
      for (Path image : images.sorted().limit(2).toList()) {
        Files.copy(image, photographs.resolve(image.getFileName()));
      }
    }
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
          predict.err.toString().contains("1 of 3 photographs cannot be read:"),
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

  @Test
  void ofAProcessThatIsKilledTheCommandHasTheExitCode() throws Exception {
    Path config = TinyRun.write(shared, MORE + LONG);
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

package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.loop.TrainingProcesses;

/** Whole runs by several processes: threads here, and those of the command line. */
@Timeout(600)
@EnabledIfSystemProperty(
    named = "maskwright.processes",
    matches = "true",
    disabledReason = "threads in the place of processes: see docs/testing.md")
class ProcessesIT {
  private static final String MORE =
      """
      train { batch-size = 4, steps = 6, checkpoint-every = 2, processes { timeout = 60, sync-batch-norm = true } }
      optimizer { ema-decay = 0.9, learning-rate = 1.0e-3, clip-norm = 1, base { type = sgd, sgd.momentum = 0.9 } }
      eval { every = 3, tasks = [semantic], best = semantic.mIoU, samples = 1, limit = 2 }
      """;

  @TempDir private Path temp;

  private static Console console(StringWriter out) {
    return new Console(new PrintWriter(out), false);
  }

  private static Console silent() {
    return console(new StringWriter());
  }

  /** What each of some processes ends with. */
  private static List<Object> each(int size, IntFunction<Callable<Object>> ofRank)
      throws Exception {
    List<Callable<Object>> bodies = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      bodies.add(ofRank.apply(rank));
    }
    return TrainingProcesses.ends(bodies);
  }

  private static List<RunSummary> summaries(List<Object> ends) {
    for (Object end : ends) {
      if (end instanceof Throwable error) {
        throw new AssertionError(error.getMessage(), error);
      }
    }
    return ends.stream().map(RunSummary.class::cast).toList();
  }

  /** A run of some processes, in which one is asked to stop after so many steps; 0 = none. */
  private List<RunSummary> run(Path run, Path config, int size, int stopping, int after)
      throws Exception {
    List<Rendezvous> places = TrainingProcesses.places(size);
    boolean resumed = Files.exists(run.resolve("config.conf"));
    return summaries(
        each(
            size,
            rank ->
                () -> {
                  AtomicInteger asked = new AtomicInteger();
                  BooleanSupplier stop = () -> asked.incrementAndGet() == after && rank == stopping;
                  Rendezvous place = places.get(rank);
                  return resumed
                      ? TrainingRun.resume(run, silent(), List.of(), stop, place)
                      : TrainingRun.start(
                          run,
                          ConfigFile.load(config, List.of()),
                          silent(),
                          List.of(),
                          stop,
                          place);
                }));
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
    run(alone, config, 1, -1, 0);
    Path two = temp.resolve("two");
    List<RunSummary> ends = run(two, config, 2, -1, 0);
    assertEquals(List.of(6L, 6L), ends.stream().map(RunSummary::step).toList());
    assertLosses(alone, two);
    assertEquals(loaderState(alone), loaderState(two));
    assertTrue(Files.exists(two.resolve("report.html")));

    // The same bits with a stop, which another process than the first is asked for, in between.
    Path stopped = temp.resolve("stopped");
    List<RunSummary> halves = run(stopped, config, 2, 1, 3);
    assertTrue(halves.stream().allMatch(h -> h.interrupted() && h.step() == 3), halves::toString);
    run(stopped, config, 2, -1, 0);
    for (String file : List.of("model.safetensors", "raw.safetensors", "optimizer.safetensors")) {
      Path of = Path.of("checkpoints/step-00000006").resolve(file);
      assertArrayEquals(
          Files.readAllBytes(two.resolve(of)), Files.readAllBytes(stopped.resolve(of)), file);
    }
    assertEquals(TinyRun.losses(two), TinyRun.losses(stopped));

    Path changing = temp.resolve("changing");
    run(changing, config, 3, 0, 2);
    run(changing, config, 1, -1, 0);
    assertLosses(alone, changing);
    assertEquals(loaderState(alone), loaderState(changing));
  }

  /** What two processes with some settings of their own end with. */
  private List<Object> unlike(String first, String second) throws Exception {
    List<Rendezvous> places = TrainingProcesses.places(2);
    Path one = TinyRun.write(temp, MORE + first);
    Path other = TinyRun.write(temp, MORE + second);
    return each(
        2,
        rank ->
            () ->
                TrainingRun.start(
                    temp.resolve("run"),
                    ConfigFile.load(rank == 0 ? one : other, List.of()),
                    silent(),
                    List.of(),
                    () -> false,
                    places.get(rank)));
  }

  @Test
  void processesOfDifferentSettingsAreRefusedAndTheDifferenceNamed() throws Exception {
    for (Object end : unlike("", "optimizer.learning-rate = 0.5")) {
      String message = assertInstanceOf(ConfigException.class, end).getMessage();
      assertTrue(message.contains("process 1 of 2 (host "), message);
      assertTrue(message.contains("optimizer.learning-rate: 0.5; first: 0.001"), message);
    }
    assertTrue(Files.notExists(temp.resolve("run")), "nothing is written");
  }

  @Test
  void aProcessThatIsRefusedBeforeTheStartTellsTheOthers() throws Exception {
    Path taken = temp.resolve("run");
    Files.createDirectories(taken);
    Files.writeString(taken.resolve("config.conf"), "");
    List<Object> ends = unlike("", "");
    assertInstanceOf(ConfigException.class, ends.get(0));
    PeerException told = assertInstanceOf(PeerException.class, ends.get(1));
    assertEquals(ConfigException.class.getName(), told.kind());
    assertTrue(told.getMessage().contains("holds a run already"), told.getMessage());
  }

  @Test
  void moreProcessesThanImagesInABatchAreRefused() throws Exception {
    List<Object> ends = unlike("train.batch-size = 1", "train.batch-size = 1");
    assertTrue(
        ends.stream()
            .allMatch(
                e -> ((Throwable) e).getMessage().contains("at least one image for each of the 2")),
        ends::toString);
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
    Said said = new Said();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () ->
                said.run(
                    "train", config.toString(), "--run-dir", run.toString(), "--processes", "3"));
    while (!said.err.toString().contains("step=3 ")) {
      assertTrue(!code.isDone(), said.err::toString);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    List<ProcessHandle> children = ProcessHandle.current().children().toList();
    assertEquals(3, children.size());
    children.get(1).destroyForcibly();
    assertEquals(137, code.get(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS));
    String errors = said.err.toString();
    assertTrue(errors.contains("was ended by signal 9"), errors);
    assertTrue(errors.contains("ended without saying why"), errors);
    assertTrue(children.stream().noneMatch(ProcessHandle::isAlive), "all have ended");

    AtomicInteger asked = new AtomicInteger();
    RunSummary more =
        TrainingRun.resume(run, silent(), List.of(), () -> asked.incrementAndGet() == 2);
    assertTrue(more.interrupted() && more.step() >= 4, more::toString);
  }
}

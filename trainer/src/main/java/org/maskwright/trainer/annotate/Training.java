package org.maskwright.trainer.annotate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.maskwright.datasets.labels.LabelConflictException;
import org.maskwright.datasets.labels.LabelFile;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.launch.LocalProcesses;
import org.maskwright.trainer.launch.SameJava;
import org.maskwright.trainer.run.MetricsLog;

/**
 * Training on the pictures that are done: {@code maskwright train DIR} in a process of its own, on
 * a copy of their labels, as anybody could type it. Each run has a folder with its number.
 *
 * <p><b>Threads</b> any. <b>Lifecycle</b> a run ends in order when this is closed, or when the
 * process is killed.
 */
final class Training implements AutoCloseable {
  private static final String MAIN = "org.maskwright.trainer.cli.Maskwright";
  private static final int INTERRUPTED = 130;
  private static final int MOST_LINES = 6;
  private static final long PATIENCE_SECONDS = 30;

  /** What a run is doing. */
  enum State {
    /** There was none yet. */
    NONE,
    /** It looks at the data and chooses settings. */
    PLANNING,
    /** It trains or evaluates. */
    RUNNING,
    /** It was told to end and finishes its step. */
    ENDING,
    /** It has ended, and there is a model. */
    DONE,
    /** It has ended as it was told to. */
    CANCELLED,
    /** It has ended with an error. */
    FAILED
  }

  /**
   * How far the last run is.
   *
   * @param steps that it will take; 0: not known yet
   * @param loss that was logged last
   * @param pictures that it learns from
   * @param metrics of the last evaluation, such as {@code AP 41.2}; "" before one
   * @param problem why it failed, "" if it did not
   */
  record Status(
      State state,
      long step,
      long steps,
      OptionalDouble loss,
      int pictures,
      String metrics,
      String problem) {}

  private final LabelFile labels;
  private final Path folder; // of the pictures
  private final Path work;
  private final List<String> words;
  private final Consumer<Path> trained;
  private State state = State.NONE;
  private Process process; // null: none runs
  private Path run;
  private int pictures;
  private long steps; // 0: not known yet
  private String problem = "";

  /**
   * @param folder of the pictures
   * @param work folder of the runs, in {@code folder}
   * @param words more of the command line, such as {@code --device}
   * @param trained told the folder of each model
   */
  Training(LabelFile labels, Path folder, Path work, List<String> words, Consumer<Path> trained) {
    this.labels = labels;
    this.folder = folder;
    this.work = work;
    this.words = List.copyOf(words);
    this.trained = trained;
  }

  /** The model of the newest run that has one. */
  Optional<Path> newest() {
    for (int number = nextNumber() - 1; number > 0; number--) {
      Path model = model(work.resolve("run-" + number));
      if (Files.isDirectory(model)) {
        return Optional.of(model);
      }
    }
    return Optional.empty();
  }

  private static Path model(Path run) {
    return run.resolve("checkpoints").resolve("best");
  }

  private int nextNumber() {
    int number = 1;
    while (Files.exists(work.resolve("run-" + number))
        || Files.exists(work.resolve("run-" + number + ".json"))) {
      number++;
    }
    return number;
  }

  /** Whether a run is under way. */
  synchronized boolean isRunning() {
    return process != null;
  }

  /**
   * Starts a run.
   *
   * @param minutes for all of it
   * @throws LabelConflictException if one is under way
   * @throws IllegalArgumentException if no picture is done, or none of those has an object
   * @throws org.maskwright.files.OutputException if the labels cannot be copied
   */
  synchronized void start(double minutes) {
    if (process != null) {
      throw new LabelConflictException("a training is under way; cancel it, or wait for its end");
    }
    int objects = 0;
    for (int i = 0; i < labels.size(); i++) {
      objects += labels.labels(i).done() ? labels.labels(i).objects().size() : 0;
    }
    if (objects == 0) {
      throw new IllegalArgumentException(
          "no picture with an object is done; draw all objects of some pictures and mark these as"
              + " done");
    }
    int number = nextNumber();
    run = work.resolve("run-" + number);
    Path copy = work.resolve("run-" + number + ".json");
    pictures = labels.copy(copy, i -> labels.labels(i).done());
    steps = 0;
    problem = "";
    start(minutes, copy, work.resolve("run-" + number + ".log"));
  }

  private void start(double minutes, Path copy, Path log) {
    List<String> command = new ArrayList<>(List.of("train", folder.toString()));
    command.addAll(List.of("--run-dir", run.toString()));
    command.addAll(List.of("--minutes", String.format(Locale.ROOT, "%.2f", minutes)));
    command.addAll(
        List.of(
            "--set", "data.train.annotations=\"%s\"".formatted(slashes(folder.relativize(copy)))));
    command.addAll(List.of("--set", "data.train.images=\".\""));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(SameJava.command(MAIN, List.of(), command))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    LocalProcesses.endWithThisProcess(builder);
    try {
      Process started = builder.start();
      started.getOutputStream().close();
      process = started;
      state = State.PLANNING;
      Thread waiter = new Thread(() -> await(started, log), "training");
      waiter.setDaemon(true);
      waiter.start();
    } catch (IOException e) {
      throw OutputFile.failure(log, e);
    }
  }

  private static String slashes(Path path) {
    return path.toString().replace('\\', '/');
  }

  private void await(Process started, Path log) {
    int code;
    try {
      code = started.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Path model;
    synchronized (this) {
      process = null;
      boolean told = state == State.ENDING;
      model = model(run);
      if (code == 0 && Files.isDirectory(model)) {
        state = State.DONE;
      } else if (told || code == INTERRUPTED) {
        state = State.CANCELLED;
      } else {
        state = State.FAILED;
        problem = problem(log, code);
      }
      if (state != State.DONE) {
        return;
      }
    }
    trained.accept(model);
  }

  /** What the command has said of its end. */
  private static String problem(Path log, int code) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      List<String> said =
          lines.stream().dropWhile(line -> !line.startsWith("maskwright: ")).toList();
      List<String> last = lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size());
      String text =
          String.join(" ", (said.isEmpty() ? last : said).stream().limit(MOST_LINES).toList());
      return text.isBlank() ? "it ended with code %d; see %s".formatted(code, log) : text;
    } catch (IOException e) {
      return "it ended with code %d; see %s".formatted(code, log);
    }
  }

  /** Ends the run, after the step that it is in. */
  synchronized void cancel() {
    if (process != null) {
      boolean planning = state == State.PLANNING && !Files.exists(run.resolve("config.conf"));
      state = State.ENDING;
      if (planning) {
        process.destroyForcibly(); // there is nothing yet to be kept
      } else {
        process.destroy();
      }
    }
  }

  /** How far it is. */
  synchronized Status status() {
    if (state == State.NONE) {
      return new Status(state, 0, 0, OptionalDouble.empty(), 0, "", "");
    }
    Path config = run.resolve("config.conf");
    List<MetricsLog.Line> lines = lines();
    if (steps == 0 && Files.exists(config)) {
      steps = ConfigFile.load(config, List.of()).bind(RunSettings.class).train().steps();
    }
    if (state == State.PLANNING && steps > 0) {
      state = State.RUNNING;
    }
    long step = 0;
    OptionalDouble loss = OptionalDouble.empty();
    String metrics = "";
    for (MetricsLog.Line line : lines) {
      step = Math.max(step, line.step());
      if (line.kind().equals("train")) {
        loss = OptionalDouble.of(line.values().getOrDefault("loss", Double.NaN));
      } else {
        metrics = metrics(line.values());
      }
    }
    return new Status(state, step, steps, loss, pictures, metrics, problem);
  }

  private List<MetricsLog.Line> lines() {
    Path log = run.resolve("metrics.jsonl");
    try {
      return Files.exists(log) ? MetricsLog.read(log) : List.of();
    } catch (IOException e) {
      return List.of(); // shown the next time
    }
  }

  private static String metrics(Map<String, Double> values) {
    return values.entrySet().stream()
        .filter(value -> value.getKey().matches("instance\\.AP(50)?"))
        .map(
            value ->
                String.format(
                    Locale.ROOT,
                    "%s %.1f",
                    value.getKey().substring("instance.".length()),
                    value.getValue()))
        .reduce((a, b) -> a + ", " + b)
        .orElse("");
  }

  @Override
  public void close() {
    Process left;
    synchronized (this) {
      left = process;
      cancel();
    }
    try {
      if (left != null && !left.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        left.destroyForcibly();
      }
    } catch (InterruptedException e) {
      left.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

package org.maskwright.trainer.track;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.maskwright.files.OutputException;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.config.MlflowSettings;
import org.maskwright.trainer.track.MlflowClient.Metric;
import org.maskwright.trainer.track.MlflowClient.RefusedException;
import org.maskwright.trainer.track.MlflowClient.Run;

/**
 * Sends a run to an MLflow server from a thread of its own. What is told here is put into a queue
 * of bounded size and nothing waits for the server: while it is away the queue fills, and what no
 * longer fits is counted and left out. A request that fails is tried again after a while, with one
 * warning; at the end there is one more try, and what could not be sent is said.
 *
 * <p>The id of the server's run is kept in the run's folder, so that a resumed run goes on in it.
 */
final class MlflowTracker implements Tracker {
  /** Log lines that wait to be sent. */
  static final int QUEUE = 4096;

  /** Limits of a request to log-batch. */
  private static final int METRICS = 1000;

  private static final int TEXTS = 100;
  private static final int LONGEST_KEY = 250;
  private static final int LONGEST_TEXT = 500;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** For what is left to send at the end, and besides a second for each MiB of files. */
  private static final Duration LAST = Duration.ofSeconds(60);

  /** For what is left of a run that was asked to stop, whose machine may be about to go. */
  private static final Duration INTERRUPTED = Duration.ofSeconds(10);

  private static final int MIB = 1 << 20;

  /** Numbers of a step. */
  private record Numbers(String kind, long step, long timeMillis, Map<String, Double> values) {}

  /** A request. */
  @FunctionalInterface
  private interface Request<T> {
    T send() throws IOException, RefusedException, InterruptedException;
  }

  private final TrackedRun run;
  private final String uri;
  private final MlflowClient client;
  private final BlockingQueue<Numbers> queue = new ArrayBlockingQueue<>(QUEUE);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong unsentNumbers = new AtomicLong();
  private final AtomicLong unsentFiles = new AtomicLong();
  private final Thread thread = new Thread(this::work, "mlflow");
  private volatile Optional<Ending> ending = Optional.empty();
  private volatile String lastFailure = "";
  private volatile boolean finished;
  private boolean warned;
  private boolean gone; // the server, at the end

  /** One for the server of the settings, if they name one. */
  static Optional<Tracker> open(TrackedRun run) {
    return run.mlflow().uri().map(uri -> new MlflowTracker(run, uri, System.getenv()));
  }

  /**
   * Begins to send.
   *
   * @param environment may hold credentials
   */
  MlflowTracker(TrackedRun run, String uri, Map<String, String> environment) {
    this.run = run;
    this.uri = uri;
    this.client = new MlflowClient(uri, environment);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void numbers(String kind, long step, Map<String, Double> values) {
    Map<String, Double> finite = new LinkedHashMap<>(values);
    finite.values().removeIf(v -> !Double.isFinite(v)); // it has no way to say "nothing to measure"
    if (!queue.offer(new Numbers(kind, step, System.currentTimeMillis(), finite))) {
      unsentNumbers.addAndGet(finite.size());
    }
  }

  @Override
  public void ended(Ending how) {
    ending = Optional.of(how.interrupted() ? new Ending(true, List.of()) : how);
  }

  /** Waits for what is left, but not long; no longer at all for a server that is away. */
  @Override
  public void close() {
    closing.countDown();
    try {
      boolean interrupted = ending.map(Ending::interrupted).orElse(false);
      thread.join((interrupted ? INTERRUPTED : LAST.plusSeconds(fileSeconds())).toMillis());
      thread.interrupt();
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    sayWhatIsMissing();
  }

  private long fileSeconds() {
    return files().stream().mapToLong(file -> file.file().toFile().length()).sum() / MIB;
  }

  private List<Artifact> files() {
    return ending.map(Ending::files).orElse(List.of());
  }

  private void sayWhatIsMissing() {
    if (finished && unsentNumbers.get() == 0 && unsentFiles.get() == 0) {
      return;
    }
    queue.forEach(left -> unsentNumbers.addAndGet(left.values().size()));
    if (!finished && unsentFiles.get() == 0) {
      unsentFiles.set(files().size());
    }
    run.console()
        .accept(
            "warning: mlflow: %d numbers and %d files did not reach %s%s; the run's folder has all of them"
                .formatted(
                    unsentNumbers.get(),
                    unsentFiles.get(),
                    uri,
                    lastFailure.isEmpty() ? "" : " (" + lastFailure + ")"));
  }

  private void work() {
    try {
      Optional<Run> started = attempt(this::start);
      if (started.isPresent()) {
        sendTexts(started.get(), "params", run.settings());
        sendTexts(started.get(), "tags", run.tags());
        sendNumbers(started.get());
        sendFiles(started.get());
        String status = ending.map(e -> e.interrupted() ? "KILLED" : "FINISHED").orElse("FAILED");
        finished =
            attempt(
                    () -> {
                      client.status(started.get(), status, Optional.of(System.currentTimeMillis()));
                      return true;
                    })
                .isPresent();
      }
    } catch (InterruptedException e) { // the end has waited long enough
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends a request until it is answered; once the run has ended only once.
   *
   * @return empty if it was refused, or not answered until the end
   */
  private <T> Optional<T> attempt(Request<T> request) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (!gone) {
      boolean last = closing.getCount() == 0;
      try {
        return Optional.of(request.send());
      } catch (IOException e) {
        failed(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), true);
        gone = last;
      } catch (RefusedException | IllegalArgumentException e) { // or no address or header
        failed(e.getMessage(), false);
        return Optional.empty();
      }
      closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      pause = Duration.ofMillis(Math.min(2 * pause.toMillis(), LONGEST_PAUSE.toMillis()));
    }
    return Optional.empty();
  }

  private void failed(String why, boolean again) {
    lastFailure = why;
    if (!warned) {
      warned = true;
      run.console()
          .accept(
              "warning: mlflow: %s does not take this run (%s); training goes on%s"
                  .formatted(uri, why, again ? ", and it is tried again" : ""));
    }
  }

  /** The run that this one is at the server: that of its folder, or a new one. */
  private Run start() throws IOException, RefusedException, InterruptedException {
    MlflowSettings settings = run.mlflow();
    Optional<Run> before = Optional.empty();
    Optional<String> id = storedId();
    if (id.isPresent()) {
      before = client.find(id.get());
    }
    if (before.isPresent()) {
      client.status(before.get(), "RUNNING", Optional.empty());
      return before.get();
    }
    String experiment = client.experiment(settings.experiment());
    String name = settings.runName().orElseGet(run::name);
    Run made = client.create(experiment, name, System.currentTimeMillis());
    store(made);
    return made;
  }

  /** The id in the run's folder, if it is one of this server. */
  private Optional<String> storedId() {
    Path file = run.folder().mlflow();
    try {
      if (Files.isRegularFile(file)) {
        String json = Files.readString(file);
        return Optional.of(MlflowClient.text(json, "run")).filter(id -> isThisServer(json));
      }
    } catch (IOException e) { // not ours any more: the run begins anew at the server
      lastFailure = file + ": " + e.getMessage();
    }
    return Optional.empty();
  }

  private boolean isThisServer(String json) {
    try {
      return MlflowClient.text(json, "uri").equals(uri);
    } catch (IOException e) {
      return false;
    }
  }

  private void store(Run made) throws IOException {
    String json =
        MlflowClient.object(
            g -> {
              g.writeStringField("uri", uri);
              g.writeStringField("run", made.id());
            });
    try {
      OutputFile.write(run.folder().mlflow(), json);
    } catch (OutputException e) { // what was made is used, but a resumed run will not find it
      lastFailure = e.getMessage();
    }
  }

  /** Sends settings or tags; the values of a resumed run are there already and the same. */
  private void sendTexts(Run started, String field, Map<String, String> texts)
      throws InterruptedException {
    Map<String, String> batch = new LinkedHashMap<>();
    for (Map.Entry<String, String> e : texts.entrySet()) {
      batch.put(key(e.getKey()), shortened(e.getValue()));
      if (batch.size() == TEXTS) {
        sendBatch(started, field, batch);
        batch.clear();
      }
    }
    if (!batch.isEmpty()) {
      sendBatch(started, field, batch);
    }
  }

  private void sendBatch(Run started, String field, Map<String, String> batch)
      throws InterruptedException {
    attempt(
        () -> {
          client.texts(started, field, batch);
          return true;
        });
  }

  private void sendNumbers(Run started) throws InterruptedException {
    List<Metric> batch = new ArrayList<>();
    while (closing.getCount() > 0 || !queue.isEmpty()) {
      Numbers next = queue.poll(200, TimeUnit.MILLISECONDS);
      while (next != null) {
        for (Map.Entry<String, Double> e : next.values().entrySet()) {
          String key = key(next.kind() + "/" + e.getKey());
          batch.add(new Metric(key, e.getValue(), next.timeMillis(), next.step()));
          if (batch.size() == METRICS) {
            sendBatch(started, batch);
          }
        }
        next = queue.poll();
      }
      sendBatch(started, batch);
    }
  }

  private void sendBatch(Run started, List<Metric> batch) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    unsentNumbers.addAndGet(batch.size()); // until it is answered, whatever interrupts it
    List<Metric> sent = List.copyOf(batch);
    batch.clear();
    boolean answered =
        attempt(
                () -> {
                  client.metrics(started, sent);
                  return true;
                })
            .isPresent();
    if (answered) {
      unsentNumbers.addAndGet(-sent.size());
    }
  }

  private void sendFiles(Run started) throws InterruptedException {
    unsentFiles.set(files().size());
    for (Artifact file : files()) {
      boolean answered =
          attempt(
                  () -> {
                    client.upload(started, file.name(), file.file());
                    return true;
                  })
              .isPresent();
      if (!answered) {
        return; // the others would fare no better
      }
      unsentFiles.decrementAndGet();
    }
  }

  /** Letters, digits and what else a key may hold. */
  static String key(String name) {
    String key = name.replaceAll("[^A-Za-z0-9_./ -]", "_");
    return key.length() <= LONGEST_KEY ? key : key.substring(0, LONGEST_KEY);
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 3) + "...";
  }
}

package org.maskwright.trainer.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Metrics;

/**
 * The thread of a model, and the pictures that wait for it. The model runs the one that came first,
 * with others behind it that it can run together with that, as many as a batch may have.
 *
 * <p><b>Threads</b> safe. <b>Lifecycle</b> the engine and the model are opened by the thread, used
 * by it alone, and closed when the queue is closed and empty.
 *
 * @param <I> a picture that waits
 * @param <O> what the model says of it
 * @param <M> the model
 */
final class ModelQueue<I, O, M extends ServedModel<I, O>> implements AutoCloseable {
  private static final double[] PICTURES = {1, 2, 4, 8, 16, 32, 64};
  private static final double[] SECONDS = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  private static final double NEW_SHARE = 0.2; // of a moving mean
  private static final int MOST_RETRY_SECONDS = 60;

  private final ServiceSettings settings;
  private final CompletableFuture<M> model = new CompletableFuture<>();
  private final Deque<Job<I, O>> waiting = new ArrayDeque<>(); // guarded by this
  private final Thread thread;
  private final Metrics.Histogram batches;
  private final Metrics.Histogram seconds;
  private boolean closed; // guarded by this
  private volatile double pictureSeconds;

  /** A picture that waits. */
  private record Job<I, O>(
      I picture, long sinceNanos, long deadlineNanos, CompletableFuture<O> seen) {
    boolean isWanted() {
      return !seen.isDone() && System.nanoTime() < deadlineNanos;
    }
  }

  /**
   * For a model that is not loaded yet.
   *
   * @param loading by the thread of the queue
   */
  ModelQueue(
      Supplier<Engine> engine,
      Function<Engine, M> loading,
      ServiceSettings settings,
      Metrics metrics) {
    this.settings = settings;
    this.batches =
        metrics.histogram(
            "maskwright_batch_pictures", "Pictures that were run together.", PICTURES);
    this.seconds =
        metrics.histogram(
            "maskwright_batch_duration_seconds", "Time of the model for a batch.", SECONDS);
    metrics.gauge("maskwright_queue_pictures", "Pictures that wait for the model.", this::size);
    metrics.gauge(
        "maskwright_queue_limit_pictures", "Pictures that may wait.", () -> settings.queue());
    this.thread = new Thread(() -> work(engine, loading), "model");
    thread.setDaemon(true);
  }

  /** Starts to load the model. */
  void start() {
    thread.start();
  }

  private void work(Supplier<Engine> opener, Function<Engine, M> loading) {
    try (Engine engine = opener.get();
        M opened = loading.apply(engine)) {
      model.complete(opened);
      for (List<Job<I, O>> batch = next(); !batch.isEmpty(); batch = next()) {
        run(opened, batch);
      }
    } catch (RuntimeException | Error e) {
      model.completeExceptionally(e);
    }
  }

  /**
   * Waits for the model.
   *
   * @throws RuntimeException what loading it threw
   */
  void awaitLoaded() throws InterruptedException {
    try {
      model.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** Whether it is loaded and runs. */
  private boolean isReady() {
    return model.isDone() && isAlive();
  }

  /** Whether it runs, or is being loaded. */
  boolean isAlive() {
    return !model.isCompletedExceptionally() && (thread.isAlive() || !model.isDone());
  }

  /**
   * The model.
   *
   * @throws HttpException 503 while it is being loaded
   */
  M model() {
    if (!isReady()) {
      throw HttpException.busy("the model is being loaded; see /readyz", 1);
    }
    return model.join();
  }

  synchronized int size() {
    return waiting.size();
  }

  /**
   * Waits for a picture's turn and for what the model says of it.
   *
   * @throws HttpException 503 if too many wait already, 504 if its time is over
   */
  O run(I picture, long deadlineNanos) {
    CompletableFuture<O> seen = new CompletableFuture<>();
    add(new Job<>(picture, System.nanoTime(), deadlineNanos, seen));
    try {
      return seen.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw late();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HttpException.busy("the server is being stopped", 1);
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    } finally {
      seen.cancel(false);
    }
  }

  private static RuntimeException thrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause;
  }

  private HttpException late() {
    return new HttpException(
        504,
        "timeout: %d pictures wait, of %.2f s each; ask again later, or raise --timeout"
            .formatted(size(), pictureSeconds));
  }

  private synchronized void add(Job<I, O> job) {
    waiting.removeIf(other -> !other.isWanted()); // who gave up takes no place
    if (closed) {
      throw HttpException.busy("the server is being stopped", 1);
    }
    if (waiting.size() >= settings.queue()) {
      double all = pictureSeconds * waiting.size();
      int retry = (int) Math.max(1, Math.min(MOST_RETRY_SECONDS, Math.ceil(all)));
      throw HttpException.busy(
          "queue: %d pictures wait already (--queue); ask again in %d s"
              .formatted(waiting.size(), retry),
          retry);
    }
    waiting.add(job);
    notifyAll();
  }

  /** The next batch; empty at the end. */
  private synchronized List<Job<I, O>> next() {
    try {
      while (true) {
        waiting.removeIf(job -> !job.isWanted());
        if (waiting.isEmpty()) {
          if (closed) {
            return List.of();
          }
          wait();
          continue;
        }
        long more =
            waiting.peek().sinceNanos() + settings.batchWait().toNanos() - System.nanoTime();
        if (more <= 0 || closed || alike().size() >= settings.batch()) {
          return taken(alike());
        }
        wait(TimeUnit.NANOSECONDS.toMillis(more) + 1);
      }
    } catch (InterruptedException e) {
      return List.of();
    }
  }

  /** The first picture and those behind it that can be run with it. */
  private List<Job<I, O>> alike() {
    Iterator<Job<I, O>> jobs = waiting.iterator();
    List<Job<I, O>> out = new ArrayList<>(List.of(jobs.next()));
    Optional<?> kind = model.join().batch(out.get(0).picture());
    while (jobs.hasNext() && out.size() < settings.batch() && kind.isPresent()) {
      Job<I, O> job = jobs.next();
      if (model.join().batch(job.picture()).equals(kind)) {
        out.add(job);
      }
    }
    return out;
  }

  private List<Job<I, O>> taken(List<Job<I, O>> jobs) {
    waiting.removeAll(jobs);
    return jobs;
  }

  private void run(M opened, List<Job<I, O>> batch) {
    long start = System.nanoTime();
    try {
      List<O> seen = opened.run(batch.stream().map(Job::picture).toList());
      double took = (System.nanoTime() - start) / 1e9;
      batches.observe(batch.size());
      seconds.observe(took);
      double each = took / batch.size();
      pictureSeconds =
          pictureSeconds == 0 ? each : pictureSeconds + NEW_SHARE * (each - pictureSeconds);
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).seen().complete(seen.get(i));
      }
    } catch (RuntimeException | Error e) {
      if (batch.size() > 1) { // one of them, or all together
        batch.forEach(job -> run(opened, List.of(job)));
      } else {
        batch.get(0).seen().completeExceptionally(e);
      }
    }
  }

  /** Runs what waits, and ends. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

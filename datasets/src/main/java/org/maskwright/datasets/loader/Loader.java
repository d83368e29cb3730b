package org.maskwright.datasets.loader;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.transform.Augmentation;
import org.maskwright.datasets.transform.SampleRandom;

/**
 * Batches of a data set, decoded and augmented by worker threads ahead of the caller.
 *
 * <p>The images form one stream: epoch 0 in its order, epoch 1 in its order, and so on. What an
 * image becomes depends on (seed, epoch, index); a batch is the next images of the stream that
 * could be loaded. So the number of threads, and whether the run was interrupted, change nothing.
 *
 * <p><b>Thread safety</b> One caller; {@link #close} may be called from any thread and ends a
 * {@link #next} that waits.
 *
 * <p><b>Memory</b> At most 2 x batch size + prefetch examples: the batch that is put together, and
 * those ahead of it. Batches the caller keeps come on top.
 */
public final class Loader implements AutoCloseable {
  private final Dataset dataset;
  private final Augmentation augmentation;
  private final LoaderSettings settings;
  private final ExecutorService workers;
  private final Deque<Slot> ahead = new ArrayDeque<>();
  private final List<String> skipped = new ArrayList<>();
  private EpochOrder order;
  private LoaderState submitted;
  private LoaderState taken;
  private volatile boolean closed;

  private record Slot(LoaderState after, Future<TrainingExample> example) {}

  /** A loader from the first image on. */
  public Loader(Dataset dataset, Augmentation augmentation, LoaderSettings settings) {
    this(dataset, augmentation, settings, LoaderState.START);
  }

  /**
   * A loader that goes on where another stood.
   *
   * @param from {@link Batch#next()} or {@link #state()} of that loader
   * @throws DatasetException if the data set has no image
   */
  public Loader(
      Dataset dataset, Augmentation augmentation, LoaderSettings settings, LoaderState from) {
    if (dataset.size() == 0) {
      throw new DatasetException(
          dataset.name() + ": no images to load; check the path and the split");
    }
    if (from.position() >= dataset.size()) {
      throw new IllegalArgumentException(
          "loader state: position %d of a data set of %d images; it is not the one of the checkpoint"
              .formatted(from.position(), dataset.size()));
    }
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.settings = settings;
    this.submitted = from;
    this.taken = from;
    this.workers = Executors.newFixedThreadPool(settings.workers(), threads());
    fill();
  }

  private static ThreadFactory threads() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "loader-" + number.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * The next batch, or empty after the last one of a sequential pass. A failure closes the loader;
   * {@link #state} then still is where the last batch ended.
   *
   * @throws DatasetException if an image cannot be loaded and the settings say stop, if as many
   *     shuffled images in a row as the data set has cannot be loaded, or if the thread is
   *     interrupted
   * @throws IllegalStateException if the loader is closed, now or while this waits, or a worker
   *     fails with anything but a DatasetException
   */
  public Optional<Batch> next() {
    List<TrainingExample> examples = new ArrayList<>(settings.batchSize());
    LoaderState reached = taken;
    int failures = 0;
    while (examples.size() < settings.batchSize()) {
      fill();
      Slot slot = ahead.poll();
      if (slot == null) {
        break;
      }
      reached = slot.after;
      try {
        examples.add(slot.example.get());
        failures = 0;
      } catch (CancellationException e) {
        throw closedException();
      } catch (ExecutionException e) {
        skip(e);
        if (++failures >= dataset.size() && settings.order() == LoaderSettings.Order.SHUFFLED) {
          close();
          throw new DatasetException(
              dataset.name() + ": none of " + failures + " images in a row could be loaded", e);
        }
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new DatasetException("loader: interrupted while waiting for a batch", e);
      }
    }
    fill();
    taken = reached;
    return examples.isEmpty() ? Optional.empty() : Optional.of(new Batch(examples, taken));
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("loader: closed");
  }

  private void skip(ExecutionException e) {
    if (closed) {
      throw closedException(); // what a worker that was interrupted says is no news of the file
    }
    if (!(e.getCause() instanceof DatasetException problem)) {
      close();
      throw new IllegalStateException("loader: a worker failed: " + e.getCause(), e.getCause());
    }
    if (settings.brokenFiles() == LoaderSettings.BrokenFiles.STOP) {
      close();
      throw problem;
    }
    skipped.add(problem.getMessage());
  }

  private void fill() {
    if (closed) {
      throw closedException();
    }
    while (ahead.size() < settings.batchSize() + settings.prefetch() && !atEnd()) {
      if (order == null || order.epoch() != submitted.epoch()) {
        order = EpochOrder.of(settings, dataset.size(), submitted.epoch());
      }
      int index = order.index(submitted.position());
      long epoch = submitted.epoch();
      submitted =
          submitted.position() + 1 < dataset.size()
              ? new LoaderState(epoch, submitted.position() + 1)
              : new LoaderState(epoch + 1, 0);
      ahead.add(new Slot(submitted, submit(epoch, index)));
    }
  }

  private Future<TrainingExample> submit(long epoch, int index) {
    try {
      return workers.submit(() -> example(epoch, index));
    } catch (RejectedExecutionException e) {
      throw closedException();
    }
  }

  private boolean atEnd() {
    return settings.order() == LoaderSettings.Order.SEQUENTIAL_ONCE && submitted.epoch() > 0;
  }

  private TrainingExample example(long epoch, int index) {
    try {
      Sample sample = dataset.load(index);
      RandomGenerator random = SampleRandom.of(settings.seed(), epoch, index);
      return augmentation.apply(sample, dataset.categories(), random);
    } catch (DatasetException e) {
      throw e.forImage(dataset.info(index).imageId()).inFile(dataset.info(index).file());
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e)
          .forImage(dataset.info(index).imageId())
          .inFile(dataset.info(index).file());
    }
  }

  /** Where the caller stands: after the last batch it took. */
  public LoaderState state() {
    return taken;
  }

  /** One message for each image that was left out since this loader was made, oldest first. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }

  /** Ends the workers. What they had not begun is cancelled, so that nobody waits for it. */
  @Override
  public void close() {
    closed = true;
    for (Runnable waiting : workers.shutdownNow()) {
      ((Future<?>) waiting).cancel(true);
    }
  }
}

package org.maskwright.datasets.loader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.datasets.transform.Augmentation;

/**
 * Batches of data sets, decoded and augmented by worker threads ahead of the caller.
 *
 * <p>The images of a source form one stream: epoch 0 in its order, epoch 1 in its order, and so on.
 * What an image becomes depends on (seed, source, epoch, index); the {@link Sampler} says which
 * sources a batch comes from, and a batch is the next images of their streams that could be loaded.
 * So the number of threads, and whether the run was interrupted, change nothing.
 *
 * <p><b>Thread safety</b> One caller; {@link #close} may be called from any thread and ends a
 * {@link #next} that waits.
 *
 * <p><b>Memory</b> At most 2 x batch size + prefetch examples: the batch that is put together, and
 * those ahead of it. Batches the caller keeps come on top.
 */
public final class Loader implements AutoCloseable {
  private final List<SourceStream> sources;
  private final Sampler sampler;
  private final LoaderSettings settings;
  private final Share share;
  private final ExecutorService workers;
  private final List<String> skipped = new ArrayList<>();
  private LoaderState taken;
  private volatile boolean closed;

  /** A loader of one data set from the first image on. */
  public Loader(Dataset dataset, Augmentation augmentation, LoaderSettings settings) {
    this(dataset, augmentation, settings, LoaderState.START);
  }

  /** A loader of one data set; see the other constructor. */
  public Loader(
      Dataset dataset, Augmentation augmentation, LoaderSettings settings, LoaderState from) {
    this(
        List.of(new DataSource(dataset, augmentation)),
        Sampler.one(settings.batchSize()),
        settings,
        from);
  }

  /**
   * A loader that goes on where another stood.
   *
   * @param sampler which of the sources a batch comes from
   * @param settings whose batch size is how many images are read ahead besides the prefetch
   * @param from {@link Batch#next()} or {@link #state()} of that loader
   * @throws DatasetException if a source has no image
   * @throws IllegalArgumentException if the state is that of other sources, or several sources are
   *     asked for in sequential order
   */
  public Loader(
      List<DataSource> sources, Sampler sampler, LoaderSettings settings, LoaderState from) {
    this(sources, sampler, settings, from, Share.ALL);
  }

  /**
   * As the other constructor, for one of several processes that share each batch. The loaders of
   * all of them stand at the same place after each batch, which is that of one process alone.
   *
   * @param settings whose batch size is that of this process
   * @param share what of each batch is loaded here
   * @throws IllegalArgumentException also if broken files are to be skipped by one of several
   *     processes, which the others would not know
   */
  public Loader(
      List<DataSource> sources,
      Sampler sampler,
      LoaderSettings settings,
      LoaderState from,
      Share share) {
    if (share.size() > 1 && settings.brokenFiles() == LoaderSettings.BrokenFiles.SKIP) {
      throw new IllegalArgumentException(
          "broken-files: expected stop where %d processes share the batches, got skip; data check lists the broken files"
              .formatted(share.size()));
    }
    if (from.sources().size() != sources.size()) {
      throw new IllegalArgumentException(
          "loader state: of %d sources, expected %d; it is not the one of the checkpoint"
              .formatted(from.sources().size(), sources.size()));
    }
    if (sources.size() != 1 && settings.order() == LoaderSettings.Order.SEQUENTIAL_ONCE) {
      throw new IllegalArgumentException(
          "loader: expected one source in sequential order, got " + sources.size());
    }
    List<SourceStream> streams = new ArrayList<>();
    for (int s = 0; s < sources.size(); s++) {
      streams.add(
          new SourceStream(
              sources.get(s), s, settings.order(), settings.seed(), from.sources().get(s)));
    }
    this.sources = List.copyOf(streams);
    this.sampler = sampler;
    this.settings = settings;
    this.share = share;
    this.taken = from;
    this.workers = Executors.newFixedThreadPool(settings.workers(), threads());
    fill(taken.batches(), 0);
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
   * This process's share of the next batch, or empty after the last one of a sequential pass. A
   * failure closes the loader; {@link #state} then still is where the last batch ended.
   *
   * @throws DatasetException if an image cannot be loaded and the settings say stop, if as many
   *     shuffled images in a row as a source has cannot be loaded, or if the thread is interrupted
   * @throws IllegalStateException if the loader is closed, now or while this waits, or a worker
   *     fails with anything but a DatasetException
   */
  public Optional<Batch> next() {
    int[] from = sampler.sources(taken.batches());
    List<TrainingExample> examples = new ArrayList<>(from.length);
    LoaderState reached = taken;
    int failures = 0;
    int at = 0; // in the batch
    while (at < from.length) {
      fill(taken.batches(), at);
      int source = from[at];
      SourceStream.Slot slot = sources.get(source).poll();
      if (slot == null) {
        break;
      }
      reached = reached.moved(source, slot.after());
      if (slot.example() == null) {
        at++;
        continue;
      }
      try {
        examples.add(slot.example().get());
        failures = 0;
        at++;
      } catch (CancellationException e) {
        throw closedException();
      } catch (ExecutionException e) {
        skip(e);
        requireSome(sources.get(source).examples(), ++failures, e);
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new DatasetException("loader: interrupted while waiting for a batch", e);
      }
    }
    fill(taken.batches() + 1, 0);
    taken = reached.afterBatch();
    if (examples.isEmpty()) {
      return Optional.empty();
    }
    int first = share.first(from.length);
    List<Integer> numbers = Arrays.stream(from).skip(first).limit(examples.size()).boxed().toList();
    List<LabelSpace> labels = numbers.stream().map(s -> sources.get(s).labels()).toList();
    return Optional.of(new Batch(examples, numbers, labels, taken, first, at));
  }

  private void requireSome(Examples examples, int failures, ExecutionException last) {
    if (failures >= examples.size() && settings.order() == LoaderSettings.Order.SHUFFLED) {
      close();
      throw new DatasetException(
          examples.name() + ": none of " + failures + " images in a row could be loaded", last);
    }
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

  /**
   * Loads ahead what this process needs of the next batches: as many images as its batch and the
   * prefetch.
   *
   * @param next number of the next batch
   * @param done images of it that are there
   */
  private void fill(long next, int done) {
    if (closed) {
      throw closedException();
    }
    int[] wanted = new int[sources.size()];
    List<BitSet> own = new ArrayList<>();
    sources.forEach(source -> own.add(new BitSet()));
    int left = settings.batchSize() + settings.prefetch();
    int at = done;
    for (long batch = next; left > 0; batch++) {
      int[] from = sampler.sources(batch);
      for (; at < from.length && left > 0; at++) {
        boolean loaded = share.has(at, from.length);
        own.get(from[at]).set(wanted[from[at]]++, loaded);
        left -= loaded ? 1 : 0;
      }
      at = 0;
    }
    try {
      for (int s = 0; s < wanted.length; s++) {
        sources.get(s).ahead(own.get(s), wanted[s], workers);
      }
    } catch (RejectedExecutionException e) {
      throw closedException();
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

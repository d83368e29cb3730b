package org.maskwright.datasets.loader;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.LabelSpace;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.clip.Examples;

/** The images of one source, epoch after epoch, some of them being loaded ahead of the caller. */
final class SourceStream {
  /** Keeps the streams of sources apart; the first one has the seed itself. */
  private static final long SOURCE = 0xD1B54A32D192ED03L;

  private final DataSource source;
  private final LoaderSettings.Order order;
  private final long seed;
  private final Deque<Slot> ahead = new ArrayDeque<>();
  private EpochOrder epoch;
  private LoaderState.Position submitted;

  /**
   * An image, and where the source stands after it.
   *
   * @param example being loaded; null for an image of another process
   */
  record Slot(LoaderState.Position after, Future<TrainingExample> example) {}

  SourceStream(
      DataSource source,
      int number,
      LoaderSettings.Order order,
      long seed,
      LoaderState.Position from) {
    if (source.examples().size() == 0) {
      throw new DatasetException(
          source.examples().name() + ": no images to load; check the path and the split");
    }
    this.source = source;
    this.order = order;
    this.seed = seed ^ (SOURCE * number);
    this.submitted = from;
    this.epoch = epoch(from.epoch());
    if (from.position() >= epoch.length()) {
      throw new IllegalArgumentException(
          "loader state: position %d of %s with %d images in an epoch; it is not the one of the checkpoint"
              .formatted(from.position(), source.examples().name(), epoch.length()));
    }
  }

  private EpochOrder epoch(long number) {
    return EpochOrder.of(order, source.examples().size(), source.repeats(), seed, number);
  }

  Examples examples() {
    return source.examples();
  }

  LabelSpace labels() {
    return source.labels();
  }

  /**
   * Looks ahead as far as {@code own} reaches, or to the last image.
   *
   * @param own which of the next images are this process's, and are loaded
   */
  void ahead(BitSet own, int count, ExecutorService workers) {
    while (ahead.size() < count && !atEnd()) {
      if (epoch.epoch() != submitted.epoch()) {
        epoch = epoch(submitted.epoch());
      }
      EpochOrder of = epoch;
      int position = submitted.position();
      Future<TrainingExample> example =
          own.get(ahead.size()) ? workers.submit(() -> example(of, position)) : null;
      submitted =
          position + 1 < of.length()
              ? new LoaderState.Position(of.epoch(), position + 1)
              : new LoaderState.Position(of.epoch() + 1, 0);
      ahead.add(new Slot(submitted, example));
    }
  }

  /** The next image, or null after the last one of a sequential pass. */
  Slot poll() {
    return ahead.poll();
  }

  private boolean atEnd() {
    return order == LoaderSettings.Order.SEQUENTIAL_ONCE && submitted.epoch() > 0;
  }

  private TrainingExample example(EpochOrder of, int position) {
    Examples examples = source.examples();
    int index = of.index(position);
    try {
      return examples.example(index, of.random(position, seed));
    } catch (DatasetException e) {
      throw e.forImage(examples.info(index).imageId()).inFile(examples.info(index).file());
    } catch (IllegalArgumentException e) {
      throw new DatasetException(e.getMessage(), e)
          .forImage(examples.info(index).imageId())
          .inFile(examples.info(index).file());
    }
  }
}

package org.maskwright.trainer.annotate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.labels.LabelFile;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.trainer.eval.Photographs.Photograph;
import org.maskwright.trainer.eval.PredictedPhotograph;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.ResultSegment;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;

/**
 * What a model sees in the pictures that are not done. One thread looks at them in the background,
 * first at the one that is open.
 *
 * <p><b>Threads</b> any. <b>Lifecycle</b> holds a model while it looks, and the proposals until it
 * is closed.
 */
final class PreLabels implements AutoCloseable {
  /** Proposals below are not worth a look. */
  static final double LEAST_SCORE = 0.25;

  private static final long POLL_MILLIS = 500;

  /**
   * How far it is.
   *
   * @param model what proposes; empty: nothing does
   * @param done pictures that were looked at
   * @param of pictures to look at
   * @param problem why it has stopped
   */
  record Status(Optional<String> model, int done, int of, Optional<String> problem) {}

  private final LabelFile labels;
  private final Supplier<Engine> engines;
  private final BooleanSupplier pause;
  private final Map<Integer, List<Proposal>> seen = new HashMap<>();
  private Optional<Path> model = Optional.empty();
  private Optional<String> problem = Optional.empty();
  private Thread worker; // of the model; null: none
  private int wanted = -1;
  private long nextId = 1;

  /**
   * @param engines opens the engine that the model computes with
   * @param pause whether the machine is needed for something else; only the picture that is open is
   *     looked at then
   */
  PreLabels(LabelFile labels, Supplier<Engine> engines, BooleanSupplier pause) {
    this.labels = labels;
    this.engines = engines;
    this.pause = pause;
  }

  /** Looks at the pictures with this model, in place of any earlier one. */
  synchronized void use(Path folder) {
    stop();
    model = Optional.of(folder);
    problem = Optional.empty();
    seen.clear();
    worker = new Thread(() -> run(folder), "pre-labels");
    worker.setDaemon(true);
    worker.start();
  }

  private void stop() {
    Thread before = worker;
    worker = null;
    notifyAll();
    if (before != null) {
      before.interrupt();
    }
  }

  /** The proposals for a picture; empty: no model has looked at it yet. It is the next to be. */
  synchronized Optional<List<Proposal>> open(int picture) {
    wanted = picture;
    notifyAll();
    return of(picture);
  }

  /** The proposals for a picture; empty: no model has looked at it yet. */
  synchronized Optional<List<Proposal>> of(int picture) {
    return Optional.ofNullable(seen.get(picture));
  }

  /** Drops the proposals for a picture but those with these ids. */
  synchronized void keep(int picture, List<Long> ids) {
    seen.computeIfPresent(
        picture, (n, all) -> all.stream().filter(p -> ids.contains(p.id())).toList());
  }

  /** How far it is. */
  synchronized Status status() {
    int left = worker == null ? 0 : (int) open().count();
    return new Status(model.map(PreLabels::shown), seen.size(), seen.size() + left, problem);
  }

  /** The end of a path, which tells runs apart. */
  private static String shown(Path model) {
    int names = model.getNameCount();
    return names > 3 ? model.subpath(names - 3, names).toString() : model.toString();
  }

  private IntStream open() {
    return IntStream.range(0, labels.size())
        .filter(i -> !seen.containsKey(i) && !labels.labels(i).done());
  }

  private void run(Path folder) {
    try (Engine engine = engines.get();
        Prediction.Opened opened = opened(engine, folder)) {
      for (OptionalInt next = next(); next.isPresent(); next = next()) {
        List<Proposal> found = look(opened, next.getAsInt());
        synchronized (this) {
          if (worker != Thread.currentThread()) {
            return;
          }
          seen.put(next.getAsInt(), found);
        }
      }
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        if (worker == Thread.currentThread()) {
          worker = null;
          problem = Optional.of(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  /** Objects where the model tells them apart, else all that a class has in the picture. */
  private static Prediction.Opened opened(Engine engine, Path folder) {
    Prediction any = Prediction.of(folder, PredictionWishes.NONE);
    String kind = any.kind().needsMasks() ? "instance" : any.kind().name();
    Prediction prediction =
        Prediction.of(
            folder,
            PredictionWishes.NONE
                .withKind(ResultKinds.get(kind))
                .withThreshold(PredictionWishes.Threshold.of(LEAST_SCORE)));
    return prediction.open(
        engine, "pictures to label", Prediction.FrameWishes.NONE, Prediction.Progress.NONE);
  }

  /** Waits for a picture; empty: no more are wanted. */
  private synchronized OptionalInt next() {
    while (worker == Thread.currentThread()) {
      int first = wanted;
      OptionalInt next = open().filter(i -> i == first).findFirst();
      if (next.isEmpty() && !pause.getAsBoolean()) {
        next = open().findFirst();
      }
      if (next.isPresent()) {
        return next;
      }
      try {
        wait(POLL_MILLIS);
      } catch (InterruptedException e) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }

  /** None for a picture that cannot be read, which the page says when it is opened. */
  private List<Proposal> look(Prediction.Opened opened, int picture) {
    try {
      Photograph photograph = new Photograph(labels.picture(picture), labels.name(picture));
      List<Proposal> found = new ArrayList<>();
      for (PredictedPhotograph<?> predicted : opened.video().next(photograph)) {
        ImageResult<?> result = predicted.result();
        for (ResultSegment segment : result.segments(ScoreThresholds.everywhere(LEAST_SCORE))) {
          found.add(
              new Proposal(
                  id(),
                  result.classes().classes().get(segment.classIndex()).name(),
                  segment.score(),
                  segment.mask()));
        }
      }
      return found;
    } catch (DatasetException e) {
      return List.of();
    }
  }

  private synchronized long id() {
    return nextId++;
  }

  @Override
  public void close() {
    Thread before;
    synchronized (this) {
      before = worker;
      stop();
    }
    if (before != null) {
      try {
        before.join(); // the picture in work, at most: the engine's memory has an owner until then
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

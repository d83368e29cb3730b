package org.maskwright.trainer.serve;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.annotation.MaskPolygons;
import org.maskwright.datasets.image.PhotographFile;
import org.maskwright.datasets.image.PhotographSize;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.http.Answer;
import org.maskwright.trainer.http.Handler;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Query;
import org.maskwright.trainer.http.Request;
import org.maskwright.trainer.result.ImageResult;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.run.Prediction;
import org.maskwright.trainer.run.PredictionWishes;
import org.maskwright.trainer.run.PredictionWishes.Threshold;
import org.maskwright.trainer.run.SharedModel;

/**
 * {@code POST /v1/predict}: the bytes of a picture in, what the model sees in it out. Pictures are
 * decoded, and results made, by the threads of the requests, as many at a time as there are
 * processors; the model has a thread of its own.
 */
final class PredictHandler implements Handler {
  /** What may stand in the query. */
  static final List<String> QUERY = List.of("task", "threshold", "format", "simplify", "name");

  /**
   * Of a picture: its colours 3, as a decoder holds them once more 3, labels 4, the rest masks of
   * the result.
   */
  static final int BYTES_PER_PIXEL = 16;

  private static final String BEST = "best";
  private static final String UNNAMED = "picture";
  private static final double MOST_SIMPLIFIED = 1000;

  /** Besides {@code image/*}; the last is what curl says of bytes that it is not told of. */
  private static final Set<String> TYPES =
      Set.of("", "application/octet-stream", "application/x-www-form-urlencoded");

  private final Prediction prediction;
  private final PredictionWishes wishes;
  private final ServiceSettings settings;
  private final ModelQueue queue;
  private final Semaphore processors = new Semaphore(Runtime.getRuntime().availableProcessors());

  PredictHandler(
      Prediction prediction, PredictionWishes wishes, ServiceSettings settings, ModelQueue queue) {
    this.prediction = prediction;
    this.wishes = wishes;
    this.settings = settings;
    this.queue = queue;
  }

  /** What a request asks. */
  private record Asked(
      Prediction prediction, AnswerFormat format, MaskPolygons polygons, String name) {}

  @Override
  public Answer handle(Request request) throws IOException {
    requireType(request);
    Asked asked = asked(request.query());
    SharedModel model = queue.model();
    byte[] body = request.body();
    try {
      Path name = Path.of(asked.name());
      requireSize(request, body);
      SharedModel.Waiting waiting =
          turn(request, () -> model.prepare(asked.prediction(), name, decoded(body)));
      SharedModel.Seen seen = queue.run(waiting, request.deadlineNanos());
      return turn(request, () -> answer(asked, seen));
    } catch (DatasetException e) {
      throw new HttpException(422, e.getMessage());
    } catch (InvalidPathException e) {
      throw HttpException.badRequest("query: expected name to be that of a file: " + e.getReason());
    } catch (ConfigException e) {
      throw HttpException.badRequest(e.getMessage());
    }
  }

  private static void requireType(Request request) {
    String type = request.contentType();
    if (!type.startsWith("image/") && !TYPES.contains(type)) {
      throw new HttpException(
          415,
          "Content-Type: expected image/jpeg, image/png, image/tiff, image/webp, image/bmp or application/octet-stream, got %s; send the bytes of the file as the body, such as by curl --data-binary @photo.jpg"
              .formatted(type));
    }
  }

  private Asked asked(Query query) {
    query.requireOnly(QUERY);
    try {
      PredictionWishes of = wishes;
      Optional<String> task = query.find("task");
      if (task.isPresent()) {
        of = of.withKind(kind(task.get()));
      }
      Optional<Threshold> threshold = threshold(query);
      if (threshold.isPresent()) {
        of = of.withThreshold(threshold.get());
      }
      return new Asked(
          of.equals(wishes) ? prediction : prediction.with(of),
          AnswerFormat.of(query.find("format").orElse(AnswerFormat.names().get(0))),
          new MaskPolygons(query.number("simplify", 0, MOST_SIMPLIFIED).orElse(0.0)),
          query.find("name").orElse(UNNAMED));
    } catch (IllegalArgumentException | CheckpointException e) {
      throw HttpException.badRequest("query: " + e.getMessage());
    }
  }

  private ResultKind<?> kind(String name) {
    ResultKind<?> kind = ResultKinds.get(name);
    List<String> all = prediction.kinds().stream().<String>map(ResultKind::name).toList();
    if (!all.contains(kind.name())) {
      throw new IllegalArgumentException(
          "expected task %s, all that this model can do, got %s"
              .formatted(String.join(", ", all), name));
    }
    return kind;
  }

  private static Optional<Threshold> threshold(Query query) {
    return query.find("threshold").equals(Optional.of(BEST))
        ? Optional.of(Threshold.BEST)
        : query.number("threshold", 0, 1).map(Threshold::of);
  }

  /** By the header, before anything is decoded. */
  private void requireSize(Request request, byte[] body) {
    Size size = PhotographSize.announced(body);
    long pixels = (long) size.width() * size.height();
    if (pixels > settings.maxPixels()) {
      throw new HttpException(
          413,
          "image: expected at most %d pixels (--max-pixels), the header says %s; send a smaller one"
              .formatted(settings.maxPixels(), size));
    }
    request.reserve(pixels * BYTES_PER_PIXEL, "image of " + size + " pixels");
  }

  private Photograph decoded(byte[] body) {
    return PhotographFile.decode(body, prediction.normalization().channels());
  }

  private static Answer answer(Asked asked, SharedModel.Seen seen) {
    ImageResult<?> result = seen.result().result();
    return Answer.json(
        asked
            .format()
            .json(asked.name(), result, asked.prediction().thresholds(), asked.polygons()));
  }

  /** Waits for a processor. */
  private <T> T turn(Request request, Supplier<T> work) {
    try {
      long left = request.deadlineNanos() - System.nanoTime();
      if (!processors.tryAcquire(left, TimeUnit.NANOSECONDS)) {
        throw new HttpException(
            504, "timeout: no processor was free in time; ask again later, or raise --timeout");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HttpException.busy("the server is being stopped", 1);
    }
    try {
      return work.get();
    } finally {
      processors.release();
    }
  }
}

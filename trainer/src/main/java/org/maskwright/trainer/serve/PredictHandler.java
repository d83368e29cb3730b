package org.maskwright.trainer.serve;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.modelzoo.head.Vocabulary;
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
import org.maskwright.trainer.run.SpokenWords;

/** {@code POST /v1/predict}: the bytes of a picture in, what the model sees in it out. */
final class PredictHandler implements Handler {
  /** What may stand in the query. */
  static final List<String> QUERY =
      AnswerShape.queryBehind(List.of("task", "threshold", "classes", "stuff"));

  private static final String BEST = "best";

  private final Prediction prediction;
  private final PredictionWishes wishes;
  private final PictureBodies pictures;
  private final ModelQueue<SharedModel.Waiting, SharedModel.Seen, SeeingModel> queue;

  PredictHandler(
      Prediction prediction,
      PredictionWishes wishes,
      ServiceSettings settings,
      ModelQueue<SharedModel.Waiting, SharedModel.Seen, SeeingModel> queue) {
    this.prediction = prediction;
    this.wishes = wishes;
    this.pictures = new PictureBodies(prediction.normalization().channels(), settings);
    this.queue = queue;
  }

  /** What a request asks. */
  private record Asked(Prediction prediction, AnswerShape shape) {}

  @Override
  public Answer handle(Request request) throws IOException {
    PictureBodies.requireType(request, "");
    Asked asked = asked(request.query());
    SharedModel model = queue.model().model();
    byte[] body = request.body();
    try {
      Path name = Path.of(asked.shape().name());
      pictures.reserve(request, body);
      SharedModel.Waiting waiting =
          pictures.turn(
              request, () -> model.prepare(asked.prediction(), name, pictures.decode(body)));
      SharedModel.Seen seen = queue.run(waiting, request.deadlineNanos());
      return pictures.turn(request, () -> answer(asked, seen));
    } catch (DatasetException e) {
      throw new HttpException(422, e.getMessage());
    } catch (InvalidPathException e) {
      throw HttpException.badRequest("query: expected name to be that of a file: " + e.getReason());
    } catch (ConfigException e) {
      throw HttpException.badRequest(e.getMessage());
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
      Optional<String> classes = query.find("classes");
      if (classes.isPresent()) {
        of =
            of.withWords(
                new SpokenWords(
                    Vocabulary.parse(classes.get(), query.find("stuff").orElse("")),
                    wishes.words().flatMap(SpokenWords::bank)));
      }
      return new Asked(of.equals(wishes) ? prediction : prediction.with(of), AnswerShape.of(query));
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

  private static Answer answer(Asked asked, SharedModel.Seen seen) {
    ImageResult<?> result = seen.result().result();
    return Answer.json(asked.shape().json(result, asked.prediction().thresholds()));
  }
}

package org.maskwright.trainer.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.trainer.http.Answer;
import org.maskwright.trainer.http.Handler;
import org.maskwright.trainer.http.HttpException;
import org.maskwright.trainer.http.Request;
import org.maskwright.trainer.prompt.PromptPredictor;
import org.maskwright.trainer.prompt.PromptSegment;
import org.maskwright.trainer.prompt.PromptWishes;

/**
 * {@code POST /v1/prompt}: a picture and prompts in, the masks of the objects that they name out.
 * Either the body is the picture's bytes and the prompts are in the query, or it is JSON with the
 * prompts and the id of a picture that was sent before.
 */
final class PromptHandler implements Handler {
  /** What may stand in the query beside a picture; beside JSON only how the answer looks. */
  static final List<String> QUERY = AnswerShape.queryBehind(PromptReader.QUERY);

  /** The kind of its results, as {@code predict} with prompts calls it. */
  static final String TASK = "prompts";

  private static final String JSON = "application/json";
  private static final int ID_BYTES = 16;
  private static final int MOST_SHOWN = 40;

  private final Normalization normalization;
  private final PictureBodies pictures;
  private final KeptPictures kept;
  private final ModelQueue<PromptedModel.Question, PromptedModel.Answered, PromptedModel> queue;

  PromptHandler(
      Normalization normalization,
      ServiceSettings settings,
      KeptPictures kept,
      ModelQueue<PromptedModel.Question, PromptedModel.Answered, PromptedModel> queue) {
    this.normalization = normalization;
    this.pictures = new PictureBodies(normalization.channels(), settings);
    this.kept = kept;
    this.queue = queue;
  }

  /**
   * What a request asks.
   *
   * @param id of the picture
   */
  private record Asked(String id, PromptWishes wishes) {}

  /** What was answered about a picture. */
  private record Said(String id, Size size, PromptedModel.Answered answered) {}

  @Override
  public Answer handle(Request request) throws IOException {
    boolean json = request.contentType().equals(JSON);
    if (!json) {
      PictureBodies.requireType(request, ", " + JSON);
    }
    request.query().requireOnly(json ? AnswerShape.QUERY : QUERY);
    AnswerShape shape = AnswerShape.of(request.query());
    Optional<PromptWishes> ofQuery =
        json ? Optional.empty() : Optional.of(PromptReader.of(request.query()));
    queue.model(); // 503 before the body is read
    byte[] body = request.body();
    Asked asked = ofQuery.map(wishes -> new Asked(id(body), wishes)).orElseGet(() -> ofJson(body));
    try {
      Optional<Said> known = aboutKept(request, asked);
      if (known.isEmpty() && json) {
        throw gone(asked.id());
      }
      Said said = known.isPresent() ? known.get() : aboutSent(request, asked, body);
      return pictures.turn(request, () -> Answer.json(json(said, shape)));
    } catch (DatasetException e) {
      throw new HttpException(422, e.getMessage());
    }
  }

  private static Asked ofJson(byte[] bytes) {
    try {
      JsonTree body = JsonTree.of(bytes);
      PromptWishes wishes = PromptReader.of(body);
      return new Asked(body.get("picture").text(), wishes);
    } catch (DatasetException e) {
      throw HttpException.badRequest("body: " + e.getMessage());
    }
  }

  /** Of equal bytes the same, so that a picture that is sent again is not encoded again. */
  private static String id(byte[] file) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(file);
      return HexFormat.of().formatHex(digest, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static HttpException gone(String id) {
    return HttpException.notFound(
        "picture %s: is not kept, or not any more (--keep); send its bytes again, with the prompts in the query"
            .formatted(id.length() > MOST_SHOWN ? id.substring(0, MOST_SHOWN) + "..." : id));
  }

  /** Empty if the picture is not kept. */
  private Optional<Said> aboutKept(Request request, Asked asked) {
    Optional<Size> size = kept.size(asked.id());
    if (size.isEmpty()) {
      return Optional.empty();
    }
    pictures.reserve(request, size.get());
    return answered(request, asked, size.get(), Optional.empty());
  }

  private Said aboutSent(Request request, Asked asked, byte[] file) {
    pictures.reserve(request, file);
    PromptedModel.Sent sent =
        pictures.turn(
            request,
            () -> {
              Photograph picture = pictures.decode(file);
              try (ImageWindows windows = ImageWindows.of(picture)) {
                requireInside(asked, windows.size());
                return new PromptedModel.Sent(
                    PromptPredictor.seen(windows, normalization), windows.size());
              }
            });
    return answered(request, asked, sent.size(), Optional.of(sent)).orElseThrow();
  }

  private Optional<Said> answered(
      Request request, Asked asked, Size size, Optional<PromptedModel.Sent> sent) {
    requireInside(asked, size);
    PromptedModel.Answered answered =
        queue.run(
            new PromptedModel.Question(asked.id(), sent, asked.wishes()), request.deadlineNanos());
    return answered.isKnown()
        ? Optional.of(new Said(asked.id(), size, answered))
        : Optional.empty();
  }

  private static void requireInside(Asked asked, Size size) {
    try {
      asked.wishes().requireInside(size);
    } catch (IllegalArgumentException e) {
      throw HttpException.badRequest(e.getMessage());
    }
  }

  private static JsonContent json(Said said, AnswerShape shape) {
    return JsonContent.object(
        json -> {
          json.writeStringField("file", shape.name());
          json.writeStringField("task", TASK);
          json.writeNumberField("height", said.size().height());
          json.writeNumberField("width", said.size().width());
          if (said.answered().isKept()) {
            json.writeStringField("picture", said.id());
          }
          masks(json, said.answered().masks(), shape);
        });
  }

  private static void masks(JsonGenerator json, List<PromptSegment> masks, AnswerShape shape)
      throws IOException {
    json.writeArrayFieldStart("masks");
    for (PromptSegment mask : masks) {
      json.writeStartObject();
      mask.writeFields(json);
      shape.format().mask(json, mask.mask(), shape.polygons());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}

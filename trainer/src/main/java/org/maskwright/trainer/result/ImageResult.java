package org.maskwright.trainer.result;

import java.util.List;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/**
 * The result of one kind for one image.
 *
 * @param value at the image's stored size
 * @param frame sizes of the image
 * @param classes of the model
 */
public record ImageResult<R>(ResultKind<R> kind, R value, ImageFrame frame, ClassSpace classes) {
  /** Turns a model's outputs into a result. */
  public static <R> ImageResult<R> of(
      ResultKind<R> kind, ImageOutputs outputs, ResultContext context) {
    R value = KindFailure.named(kind, () -> kind.process(outputs, context));
    return new ImageResult<>(kind, value, outputs.frame(), context.classes());
  }

  /**
   * The result at a smaller size, to be drawn over a photograph of that size.
   *
   * @throws IllegalArgumentException if the kind is none of large pictures
   */
  public ImageResult<R> sampled(Size size) {
    LargePictures<R> large = TiledImage.large(kind);
    R small = KindFailure.named(kind, () -> large.sampled(value, size));
    return new ImageResult<>(
        kind, small, ImageFrame.unchanged(size.height(), size.width()), classes);
  }

  /**
   * The result over its photograph.
   *
   * @param thresholds instances with a score below are left out
   */
  public Picture picture(Overlay photograph, ScoreThresholds thresholds) {
    return KindFailure.named(
        kind, () -> kind.draw(value, photograph, new Shown(classes, thresholds)));
  }

  /**
   * The segments of the result, for files of other tools.
   *
   * @param thresholds instances with a score below are left out
   * @throws IllegalArgumentException if the kind is not made of segments
   */
  public List<ResultSegment> segments(ScoreThresholds thresholds) {
    Segmented<R> segmented =
        kind.segmented()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "result kind " + kind.name() + ": it is not made of segments"));
    return KindFailure.named(kind, () -> segmented.of(value, new Shown(classes, thresholds)));
  }

  /**
   * The result as a JSON file: {@code {"file", "task", "height", "width", ...}} with the kind's own
   * fields behind.
   *
   * @param file name of the photograph
   * @param thresholds instances with a score below are left out
   */
  public JsonContent json(String file, ScoreThresholds thresholds) {
    return json -> {
      json.writeStartObject();
      json.writeStringField("file", file);
      json.writeStringField("task", kind.name());
      json.writeNumberField("height", frame.height());
      json.writeNumberField("width", frame.width());
      KindFailure.written(kind, () -> kind.json(value, new Shown(classes, thresholds), json));
      json.writeEndObject();
    };
  }
}

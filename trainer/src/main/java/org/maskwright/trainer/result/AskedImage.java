package org.maskwright.trainer.result;

import java.util.HashMap;
import java.util.Map;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/**
 * An image that a model which answers prompts is asked about; it is asked for a kind when its
 * result is first wanted.
 */
public final class AskedImage implements ImageResults {
  private final SegmentationModel model;
  private final float[] pixels;
  private final ImageFrame frame;
  private final ScoredImage image;
  private final ClassSpace classes;
  private final OtherPictures others;
  private final Map<ResultKind<?>, ImageResult<?>> made = new HashMap<>();

  /**
   * An image.
   *
   * @param pixels as {@link Asking#ask} has them
   * @param classes of the results
   * @param others of its data set
   */
  public AskedImage(
      SegmentationModel model,
      float[] pixels,
      ImageFrame frame,
      ScoredImage image,
      ClassSpace classes,
      OtherPictures others) {
    this.model = model;
    this.pixels = pixels;
    this.frame = frame;
    this.image = image;
    this.classes = classes;
    this.others = others;
  }

  @Override
  @SuppressWarnings("unchecked") // the result of a kind is the kind's
  public <R> ImageResult<R> of(ResultKind<R> kind) {
    return (ImageResult<R>) made.computeIfAbsent(kind, k -> asked(kind));
  }

  private <R> ImageResult<R> asked(ResultKind<R> kind) {
    Asking<R> asking =
        kind.asking()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "result kind "
                            + kind.name()
                            + ": expected one that is made by asking, of a model that answers prompts"));
    R value = KindFailure.named(kind, () -> asking.ask(model, pixels, frame, image, others));
    return new ImageResult<>(kind, value, frame, classes);
  }
}

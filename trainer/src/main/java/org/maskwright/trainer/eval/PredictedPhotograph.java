package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.ImageWindows;
import org.maskwright.datasets.image.ShrunkPicture;
import org.maskwright.trainer.result.ImageResult;

/**
 * What a model saw in one photograph, and what of it can be looked at.
 *
 * @param photograph as people look at it; of a large picture a smaller one
 * @param result at the photograph's stored size
 * @param drawn the result at the size of {@code photograph}
 * @param notes what a user should know, a line each
 */
public record PredictedPhotograph<R>(
    RgbImage photograph, ImageResult<R> result, ImageResult<R> drawn, List<String> notes) {
  /** Pixels of the long side of a large picture that is drawn. */
  static final int LONG_SIDE = 4096;

  /** Keeps a copy. */
  public PredictedPhotograph {
    notes = List.copyOf(notes);
  }

  /** A photograph as it is. */
  static <R> PredictedPhotograph<R> whole(Photograph photograph, ImageResult<R> result) {
    return new PredictedPhotograph<>(photograph.shown(), result, result, List.of());
  }

  /** A large picture, shrunk where its long side is above {@link #LONG_SIDE}. */
  static <R> PredictedPhotograph<R> large(
      ImageWindows picture, ImageResult<R> result, List<String> notes) {
    Size size = ShrunkPicture.size(picture.size(), LONG_SIDE);
    boolean same = size.equals(picture.size());
    List<String> all = new ArrayList<>(notes);
    if (!same) {
      all.add(
          "the picture is drawn at %s pixels; the result is of all %s"
              .formatted(size, picture.size()));
    }
    return new PredictedPhotograph<>(
        ShrunkPicture.of(picture, size), result, same ? result : result.sampled(size), all);
  }
}

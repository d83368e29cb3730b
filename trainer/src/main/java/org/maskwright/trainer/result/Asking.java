package org.maskwright.trainer.result;

import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;

/**
 * How a result is made of a model that is asked, by prompts, by examples or by its pretext: the
 * kind asks it about a picture as often as it takes, by questions of its own or made from the
 * annotation.
 *
 * @param <R> the result of one image
 */
@FunctionalInterface
public interface Asking<R> {
  /**
   * Asks about one image; what is computed on the way is freed before it returns.
   *
   * @param model in no training, and to be run without a graph
   * @param pixels [C,contentHeight,contentWidth] of the frame, normalised
   * @param frame the sizes that the image has on its way
   * @param image its size as stored and its annotation
   * @param others the pictures of its data set, for kinds that show the model examples
   */
  R ask(
      SegmentationModel model,
      float[] pixels,
      ImageFrame frame,
      ScoredImage image,
      OtherPictures others);

  /** Whether models with a mask decoder can be asked so: by default those that take prompts. */
  default boolean serves(DecoderConfig decoder) {
    return decoder.takesPrompts();
  }
}

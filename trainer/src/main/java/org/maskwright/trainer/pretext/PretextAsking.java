package org.maskwright.trainer.pretext;

import java.util.function.Predicate;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;

/**
 * A question to models of a pretraining.
 *
 * @param <R> the result of one image
 * @param decoders that can be asked
 * @param question about one image
 */
record PretextAsking<R>(Predicate<DecoderConfig> decoders, Question<R> question)
    implements Asking<R> {
  /**
   * Asks, without a graph.
   *
   * @param <R> the result of one image
   */
  @FunctionalInterface
  interface Question<R> {
    /** As {@link Asking#ask}. */
    R ask(SegmentationModel model, float[] pixels, ImageFrame frame, ScoredImage image);
  }

  @Override
  public R ask(
      SegmentationModel model,
      float[] pixels,
      ImageFrame frame,
      ScoredImage image,
      OtherPictures others) {
    try (var off = model.engine().noGrad();
        var scope = model.engine().scope()) {
      return question.ask(model, pixels, frame, image);
    }
  }

  @Override
  public boolean serves(DecoderConfig decoder) {
    return decoders.test(decoder);
  }
}

package org.maskwright.trainer.clip;

import java.util.Map;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.CaptionDecoder;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.OtherPictures;
import org.maskwright.trainer.result.ScoredImage;

/** Places a picture among the captions of its data set. */
final class Retrieval implements Asking<Retrieved> {
  private static final int SHOWN = 5;

  @Override
  public boolean serves(DecoderConfig decoder) {
    return decoder instanceof CaptionPart.Settings;
  }

  @Override
  public Retrieved ask(
      SegmentationModel model,
      float[] pixels,
      ImageFrame frame,
      ScoredImage image,
      OtherPictures others) {
    CaptionDecoder decoder = CaptionModels.decoder(model);
    Gallery gallery = others.once(Gallery.class, () -> new Gallery(decoder, others.dataset()));
    float[] picture = vector(model, decoder, pixels, frame);
    Map<String, float[]> own = gallery.captions(image.info().imageId());
    return new Retrieved(
        picture, own, gallery.nearest(picture, own, SHOWN), gallery.nearestClass(picture));
  }

  private static float[] vector(
      SegmentationModel model, CaptionDecoder decoder, float[] pixels, ImageFrame frame) {
    Engine engine = model.engine();
    int height = frame.contentHeight();
    int width = frame.contentWidth();
    long[] after = {
      0, 0, (long) model.paddedSize(height) - height, (long) model.paddedSize(width) - width
    };
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      return decoder
          .pictures(
              decoder.pooled(
                  engine
                      .floats(pixels, 1, model.inputs(), height, width)
                      .pad(new long[4], after, 0)))
          .toFloats();
    }
  }
}

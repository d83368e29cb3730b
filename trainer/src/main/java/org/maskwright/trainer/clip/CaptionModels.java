package org.maskwright.trainer.clip;

import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.pretext.CaptionDecoder;
import org.maskwright.trainer.config.ConfigException;

/** What is the same of every model that places pictures among captions. */
final class CaptionModels {
  private CaptionModels() {}

  /**
   * Its decoder.
   *
   * @throws ConfigException if it is a model of another kind
   */
  static CaptionDecoder decoder(SegmentationModel model) {
    if (model.decoder() instanceof CaptionDecoder decoder) {
      return decoder;
    }
    throw new ConfigException(
        "model: expected one that places pictures among captions (model.decoder.type = captions), got the mask decoder "
            + model.config().decoderName());
  }
}

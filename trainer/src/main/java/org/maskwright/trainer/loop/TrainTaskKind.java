package org.maskwright.trainer.loop;

import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.Variant;

/** What a run can train a model for: {@code train.task}. */
public interface TrainTaskKind extends Variant {
  /**
   * Whether it trains models with a mask decoder: unless said otherwise those that find what is in
   * a picture without being asked.
   */
  default boolean trains(DecoderConfig decoder) {
    return !decoder.isAsked();
  }
}

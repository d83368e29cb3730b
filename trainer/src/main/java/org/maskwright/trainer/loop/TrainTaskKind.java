package org.maskwright.trainer.loop;

import java.util.Optional;
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

  /** How it is planned for a folder of pictures; empty where it is no pretraining. */
  default Optional<PretrainDefaults> pretraining() {
    return Optional.empty();
  }
}

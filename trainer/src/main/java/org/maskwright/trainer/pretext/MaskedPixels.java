package org.maskwright.trainer.pretext;

import java.util.Optional;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.MaskedAutoencoderPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** MAE: {@link MaskedAutoencoderTask} of pixels. */
public final class MaskedPixels implements TrainTaskKind {
  /** Nothing to set: the model's decoder says it all. */
  @Doc("Hidden patches of pictures from those that are seen (MAE); docs/pretraining.md.")
  public record Settings() implements TrainTaskSettings {
    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public TrainTask build(Context context) {
      return new MaskedAutoencoderTask(context.model(), context.normalization(), Optional.empty());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof MaskedAutoencoderPart.Settings;
  }

  @Override
  public String name() {
    return "mae";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

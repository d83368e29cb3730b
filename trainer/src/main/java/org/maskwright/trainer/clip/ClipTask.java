package org.maskwright.trainer.clip;

import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;

/** CLIP: {@link CaptionContrast} alone. */
public final class ClipTask implements TrainTaskKind {
  /** Nothing to set: the decoder says it all. */
  @Doc(
      "CLIP (arXiv 2103.00020): each picture is told from the others of its batch by its caption, and each caption by its picture; docs/pretraining.md.")
  public record Settings() implements CaptionTaskSettings {
    @Override
    public OptionalInt views() {
      return OptionalInt.of(1);
    }

    @Override
    public TrainTask build(Context context) {
      return new CaptionContrast(context.model(), Optional.empty(), context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof CaptionPart.Settings;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(CaptionTaskSettings.planned(""));
  }

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

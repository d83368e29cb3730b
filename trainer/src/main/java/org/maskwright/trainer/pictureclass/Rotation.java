package org.maskwright.trainer.pictureclass;

import java.util.Optional;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.PictureClassesPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** {@link RotationTask}. */
public final class Rotation implements TrainTaskKind {
  /** Nothing to set. */
  @Doc(
      "By how many quarter turns a picture was turned, all four of each in one batch; docs/pretraining.md.")
  public record Settings() implements TrainTaskSettings {
    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public TrainTask build(Context context) {
      return new RotationTask(context.model(), context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof PictureClassesPart.Settings settings
        && settings.told() == PictureClassesPart.Told.ROTATIONS;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        PretrainDefaults.of(
            PretrainDefaults.Learnt.PICTURES,
            false,
            "rotation.accuracy",
            """
            # a linear layer tells the turns
            model.decoder.type = picture-classes
            model.decoder.picture-classes.told = rotations
            """));
  }

  @Override
  public String name() {
    return "rotation";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

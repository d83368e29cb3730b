package org.maskwright.trainer.contrast;

import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.ContrastPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** SimCLR: {@link SimClrTask}. */
public final class SimClr implements TrainTaskKind {
  /** Its settings. */
  @Doc(
      "SimCLR (arXiv 2002.05709): a view of a picture is told by its other view among all views of the batch; no queue and no momentum encoder.")
  public record Settings(@Doc("What cosines are divided by, above 0.") double temperature)
      implements TrainTaskSettings {
    /** Checks the range. */
    public Settings {
      Moco.requireTemperature("temperature", temperature);
    }

    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public OptionalInt views() {
      return OptionalInt.of(2);
    }

    @Override
    public TrainTask build(Context context) {
      return new SimClrTask(context.model(), temperature, context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof ContrastPart.Settings;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(Moco.planned(""));
  }

  @Override
  public String name() {
    return "simclr";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

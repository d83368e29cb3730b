package org.maskwright.trainer.pictureclass;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.Optional;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.PictureClassesPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

/** {@link LabelsTask}. */
public final class Labels implements TrainTaskKind {
  /** What is learnt from classes. */
  @Doc("The class of each picture as a whole, by cross-entropy; docs/pretraining.md.")
  public record Settings(
      @Doc("Share of a label that is divided among all classes (arXiv 1512.00567); 0 = none.")
          double smoothing)
      implements TrainTaskSettings {
    /** Checks the range. */
    public Settings {
      require(smoothing >= 0 && smoothing < 1, "smoothing", "a share in [0,1)", smoothing);
    }

    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public TrainTask build(Context context) {
      return new LabelsTask(context.model(), smoothing, context.normalization());
    }
  }

  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof PictureClassesPart.Settings settings
        && settings.told() == PictureClassesPart.Told.CLASSES;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        PretrainDefaults.of(
            PretrainDefaults.Learnt.CLASSES,
            false,
            "picture-class.top-1",
            """
            # a linear layer tells the classes
            model.decoder.type = picture-classes
            # classes are learnt less sharply
            train.task.labels.smoothing = 0.1
            """));
  }

  @Override
  public String name() {
    return "labels";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

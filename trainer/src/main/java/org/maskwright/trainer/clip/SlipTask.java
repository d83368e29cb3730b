package org.maskwright.trainer.clip;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;

/** SLIP: {@link CaptionContrast} with two views more of each picture. */
public final class SlipTask implements TrainTaskKind {
  /**
   * Its settings.
   *
   * @param sslScale factor on the loss of the views
   * @param temperature that their cosines are divided by
   */
  @Doc(
      "SLIP (arXiv 2112.12750): CLIP, and two further views of each picture are to be told from those of the others (SimCLR, arXiv 2002.05709). The first of three views is what captions are compared with.")
  public record Settings(
      @Doc("Factor on the loss of the views, at least 0.") double sslScale,
      @Doc("What cosines of views are divided by, above 0.") double temperature)
      implements CaptionTaskSettings {
    /** Checks the ranges. */
    public Settings {
      require(sslScale >= 0 && Double.isFinite(sslScale), "sslScale", "at least 0", sslScale);
      require(
          temperature > 0 && Double.isFinite(temperature), "temperature", "above 0", temperature);
    }

    @Override
    public OptionalInt views() {
      return OptionalInt.of(3);
    }

    @Override
    public TrainTask build(Context context) {
      return new CaptionContrast(context.model(), Optional.of(this), context.normalization());
    }
  }

  /** With the MLP for views. */
  @Override
  public boolean trains(DecoderConfig decoder) {
    return decoder instanceof CaptionPart.Settings captions && captions.viewHidden() > 0;
  }

  @Override
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        CaptionTaskSettings.planned(
            """
            # the first view is compared with captions, the other two with one another
            model.decoder.captions.view-hidden = 256
            model.decoder.captions.view-width = 64
            augment.type = views
            augment.views.view.height = SIDE
            augment.views.view.width = SIDE
            augment.views.views = [{ min-scale = 0.8, flip = 0, jitter.probability = 0, grey = 0, blur.probability = 0 }, {}, {}]
            """));
  }

  @Override
  public String name() {
    return "slip";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

package org.maskwright.trainer.clip;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.util.Optional;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.captions.ToldExamples;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.pretext.CaptionPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskKind;
import org.maskwright.trainer.loop.TrainTaskSettings;

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
      implements TrainTaskSettings {
    /** Checks the ranges. */
    public Settings {
      require(sslScale >= 0 && Double.isFinite(sslScale), "sslScale", "at least 0", sslScale);
      require(
          temperature > 0 && Double.isFinite(temperature), "temperature", "above 0", temperature);
    }

    @Override
    public boolean takesBareImages() {
      return true;
    }

    @Override
    public Dataset annotation(Dataset own) {
      return CaptionedPictures.of(own);
    }

    @Override
    public Examples examples(
        Examples own, Dataset pictures, ModelConfig model, Consumer<String> notes) {
      CaptionedPictures.cut(pictures, model).ifPresent(notes);
      return new ToldExamples(own, pictures);
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
  public String name() {
    return "slip";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}

package org.maskwright.trainer.pretext;

import java.util.Optional;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.pretext.MaskedAutoencoderPart;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loop.PretrainDefaults;
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
  public Optional<PretrainDefaults> pretraining() {
    return Optional.of(
        PretrainDefaults.of(
            PretrainDefaults.Learnt.PICTURES,
            true,
            "reconstructions.loss",
            """
            # hidden patches are painted
            model.decoder.type = masked-autoencoder
            # a narrow decoder for a small transformer
            model.decoder.masked-autoencoder.blocks.width = 128
            model.decoder.masked-autoencoder.blocks.depth = 4
            model.decoder.masked-autoencoder.blocks.heads = 4
            model.decoder.masked-autoencoder.blocks.mlp-dim = 512
            # the recipe of masked autoencoders
            optimizer.learning-rate = 5.0e-4
            optimizer.clip-norm = 0
            optimizer.base.adamw.beta2 = 0.95
            augment.crop.color-jitter = false
            """));
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

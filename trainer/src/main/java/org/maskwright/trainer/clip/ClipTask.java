package org.maskwright.trainer.clip;

import java.util.List;
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
    return Optional.of(
        new PretrainDefaults(
            PretrainDefaults.Learnt.CAPTIONS,
            false,
            "retrieval.R1",
            List.of(
                new PretrainDefaults.Setting(
                    "model.backbone.type", "clip-resnet", "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.backbone.clip-resnet.blocks",
                    "[2, 2, 2, 2]",
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.backbone.clip-resnet.width",
                    32,
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.backbone.clip-resnet.norm",
                    "batch",
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.backbone.clip-resnet.word-width",
                    128,
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.backbone.clip-resnet.word-grid",
                    "GRID",
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.decoder.type", "captions", "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.decoder.captions.embedding",
                    128,
                    "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.decoder.captions.width", 128, "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.decoder.captions.layers", 4, "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "model.decoder.captions.heads", 4, "pictures and words in one small space"),
                new PretrainDefaults.Setting(
                    "augment.crop.color-jitter", false, "captions call colours by their names"),
                new PretrainDefaults.Setting(
                    "optimizer.base.adamw.beta2", "0.98", "the recipe of CLIP"),
                new PretrainDefaults.Setting(
                    "optimizer.weight-decay", "0.1", "the recipe of CLIP"))));
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
